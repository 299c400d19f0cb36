import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { JoinRequestEvent } from '@deskhand/domain/gateway/join-request.ts';
import type { MemberProof } from '@deskhand/protocol/http/joining.ts';
import { type JoinOpening, type MemberOperation, memberProofText } from '@deskhand/protocol/join-code.ts';
import type { JoinChange, JoinRecord, KeyHolder } from '../../ports/joining.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';
import { type JoinPorts, moveJoinRequest } from './joining.ts';

const CHALLENGE_BYTES = 24;
export const CHALLENGE_LIFETIME_MS = 60_000;

/** Something that a member says outside its link, with the proof that it holds the gateway's key. */
export interface MemberSaying {
  readonly member: MemberProof;
  readonly joinRequestId: string;
  readonly origin: string;
}

export async function challengeMember({ joins }: JoinPorts, gatewayId: string): Promise<Outcome<{ nonce: string }>> {
  const nonce = randomBytes(CHALLENGE_BYTES).toString('base64url');
  const isKnown = await joins.addChallenge(gatewayId, nonce, CHALLENGE_LIFETIME_MS);
  return isKnown ? done({ nonce }) : refuse('link-identity-unknown');
}

export async function listJoinRequests(ports: JoinPorts, member: MemberProof): Promise<Outcome<readonly JoinRecord[]>> {
  const holder = await provenHolder(ports, 'listJoinRequests', { member, joinRequestId: '' }, '');
  return holder.ok ? done(await ports.joins.pending(holder.value.clusterId)) : holder;
}

/** The first member that answers takes the request up; nobody can answer it a second time. */
export async function answerJoinRequest(
  ports: JoinPorts,
  saying: MemberSaying,
  answer: string,
): Promise<Outcome<JoinRecord>> {
  const holder = await provenHolder(ports, 'answerJoinRequest', saying, answer);
  if (!holder.ok) return holder;
  return await moveOf(ports, holder.value, saying, 'answer', { answer, answeredBy: holder.value.gatewayId });
}

export async function readJoinOpening(
  ports: JoinPorts,
  saying: MemberSaying,
): Promise<Outcome<{ readonly opening: JoinOpening | null }>> {
  const holder = await provenHolder(ports, 'readJoinOpening', saying, '');
  if (!holder.ok) return holder;
  const request = await taken(ports, holder.value, saying.joinRequestId);
  if (!request.ok) return request;
  return request.value.isExpired ? refuse('join-expired') : done({ opening: request.value.opening });
}

/** The sealed key after the person's code was right; null when it was not, or when the keys do not fit. */
export async function settleJoinRequest(
  ports: JoinPorts,
  saying: MemberSaying,
  sealedKey: string | null,
): Promise<Outcome<JoinRecord>> {
  const holder = await provenHolder(ports, 'settleJoinRequest', saying, sealedKey ?? '');
  if (!holder.ok) return holder;
  const request = await taken(ports, holder.value, saying.joinRequestId);
  if (!request.ok) return request;
  const event = sealedKey === null ? 'refuse' : 'confirm';
  return await moveOf(ports, holder.value, saying, event, sealedKey === null ? {} : { sealedKey });
}

async function moveOf(
  ports: JoinPorts,
  holder: KeyHolder,
  { joinRequestId, origin }: MemberSaying,
  event: JoinRequestEvent,
  change: JoinChange,
): Promise<Outcome<JoinRecord>> {
  const request = await ports.joins.inCluster(joinRequestId, holder.clusterId);
  if (!request) return refuse('join-request-missing');
  const audit = {
    actor: `gateway ${holder.name}`,
    verb: `${event}-join`,
    object: `join-request ${joinRequestId}`,
    detail: { name: request.name },
    origin,
  };
  return await moveJoinRequest(ports, request, event, change, audit);
}

/** A request that this member has taken up; to every other member it is none. */
async function taken({ joins }: JoinPorts, holder: KeyHolder, id: string): Promise<Outcome<JoinRecord>> {
  const request = await joins.inCluster(id, holder.clusterId);
  return request?.answeredBy === holder.gatewayId ? done(request) : refuse('join-request-missing');
}

async function provenHolder(
  { joins }: JoinPorts,
  operation: MemberOperation,
  { member, joinRequestId }: Pick<MemberSaying, 'member' | 'joinRequestId'>,
  content: string,
): Promise<Outcome<KeyHolder>> {
  const { gatewayId, nonce, proof } = member;
  const holder = await joins.useChallenge(gatewayId, nonce);
  if (!holder) return refuse('link-proof-wrong');
  const said = memberProofText({ operation, gatewayId, nonce, joinRequestId, content });
  return isSignedBy(holder.publicKey, said, proof) ? done(holder) : refuse('link-proof-wrong');
}

function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
