import { createClient } from '@deskhand/protocol/http/client.ts';
import type { MemberProof } from '@deskhand/protocol/http/joining.ts';
import { type MemberOperation, memberProofText } from '@deskhand/protocol/join-code.ts';
import { pinnedFetch } from '@deskhand/protocol/tls/pinned-fetch.ts';
import type { GatewayKey } from '../../ports/identity.ts';
import type { JoinServer, MemberServer } from '../../ports/joining.ts';

const clientOf = (serverUrl: string, fingerprint: string | null) =>
  createClient({ baseUrl: serverUrl, ...(fingerprint ? { fetch: pinnedFetch(fingerprint) } : {}) });

export function openJoinServer(serverUrl: string, fingerprint: string | null): JoinServer {
  const client = clientOf(serverUrl, fingerprint);
  return {
    ask: async (request) => await client.askToJoin({ body: request }),
    progress: async (id, token) => await client.followJoinRequest({ params: { id }, body: { token } }),
    reveal: async (id, token, opening) => {
      await client.revealJoinKey({ params: { id }, body: { token, opening } });
    },
  };
}

export interface MemberWay {
  readonly serverUrl: string;
  readonly fingerprint: string | null;
  readonly gatewayId: string;
  readonly key: GatewayKey;
}

export function openMemberServer({ serverUrl, fingerprint, gatewayId, key }: MemberWay): MemberServer {
  const client = clientOf(serverUrl, fingerprint);
  const proven = async (operation: MemberOperation, joinRequestId = '', content = ''): Promise<MemberProof> => {
    const { nonce } = await client.challengeMember({ params: { id: gatewayId } });
    const text = memberProofText({ operation, gatewayId, nonce, joinRequestId, content });
    return { gatewayId, nonce, proof: key.sign(text) };
  };
  return {
    pending: async () => (await client.listJoinRequests({ body: { member: await proven('listJoinRequests') } })).items,
    answer: async (id, answer) => {
      const member = await proven('answerJoinRequest', id, answer);
      await client.answerJoinRequest({ params: { id }, body: { member, answer } });
    },
    opening: async (id) => {
      const member = await proven('readJoinOpening', id);
      return (await client.readJoinOpening({ params: { id }, body: { member } })).opening;
    },
    settle: async (id, sealedKey) => {
      const member = await proven('settleJoinRequest', id, sealedKey ?? '');
      await client.settleJoinRequest({ params: { id }, body: { member, sealedKey } });
    },
  };
}
