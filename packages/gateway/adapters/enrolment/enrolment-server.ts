import { createClient } from '@deskhand/protocol/http/client.ts';
import type { EnrolmentServer } from '../../ports/enrolment.ts';
import { pinnedFetch } from './pinned-fetch.ts';

export function openEnrolmentServer(serverUrl: string, fingerprint: string | null): EnrolmentServer {
  const isPinned = fingerprint !== null && serverUrl.startsWith('https:');
  const client = createClient({ baseUrl: serverUrl, ...(isPinned ? { fetch: pinnedFetch(fingerprint) } : {}) });
  return {
    describe: async (token) => await client.describeEnrolment({ body: { token } }),
    enrol: async (request) => await client.enrolGateway({ body: request }),
  };
}
