import { ApiError, createClient } from '@deskhand/protocol/http/client.ts';
import { problem } from '@deskhand/protocol/errors.ts';
import type { EnrolmentServer } from '../../ports/enrolment.ts';
import { CertificateMismatch, connectPinned } from '../../tls/pinned-socket.ts';
import { pinnedFetch } from './pinned-fetch.ts';

export function openEnrolmentServer(serverUrl: string, fingerprint: string | null): EnrolmentServer {
  const isPinned = fingerprint !== null && serverUrl.startsWith('https:');
  const client = createClient({ baseUrl: serverUrl, ...(isPinned ? { fetch: pinnedFetch(fingerprint) } : {}) });
  return {
    describe: async (token) => {
      if (isPinned) await checkCertificate(serverUrl, fingerprint);
      return await client.describeEnrolment({ body: { token } });
    },
    enrol: async (request) => await client.enrolGateway({ body: request }),
  };
}

/** Asked first, so that a wrong certificate is told as one and not as a server that does not answer. */
async function checkCertificate(serverUrl: string, fingerprint: string): Promise<void> {
  const { hostname, port } = new URL(serverUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    (await connectPinned({ host, port: Number(port || 443), fingerprint })).destroy();
  } catch (error) {
    const isMismatch = error instanceof CertificateMismatch;
    throw new ApiError(problem(isMismatch ? 'certificate-mismatch' : 'server-unreachable', { url: serverUrl }));
  }
}
