import { createClient } from '@deskhand/protocol/http/client.ts';
import { pinnedFetch } from '@deskhand/protocol/tls/pinned-fetch.ts';
import type { EnrolmentServer } from '../../ports/enrolment.ts';

export function openEnrolmentServer(serverUrl: string, fingerprint: string | null): EnrolmentServer {
  const client = createClient({ baseUrl: serverUrl, ...(fingerprint ? { fetch: pinnedFetch(fingerprint) } : {}) });
  return {
    describe: async (token) => await client.describeEnrolment({ body: { token } }),
    enrol: async (request) => await client.enrolGateway({ body: request }),
  };
}
