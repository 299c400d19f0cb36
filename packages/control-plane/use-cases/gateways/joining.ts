import { afterJoinEvent, type JoinRequestEvent } from '@deskhand/domain/gateway/join-request.ts';
import type { AskToJoin } from '@deskhand/protocol/http/joining.ts';
import type { JoinOpening } from '@deskhand/protocol/join-code.ts';
import type { JoinChange, JoinRecord, JoinStore } from '../../ports/joining.ts';
import { type AuditFact, done, type Outcome, refuse } from '../../ports/outcome.ts';
import { hashSecret, newId } from '../accounts/secrets.ts';
import { isEnrolmentProven } from './enrolment.ts';

export interface JoinPorts {
  readonly joins: JoinStore;
}

/** A machine with an enrolment token asks the members for the cluster's key. The token is not used up by it. */
export async function askToJoin(
  { joins }: JoinPorts,
  request: AskToJoin,
  origin: string,
): Promise<Outcome<{ readonly id: string; readonly expiresAt: Date }>> {
  if (!isEnrolmentProven(request)) return refuse('link-proof-wrong');
  const id = newId();
  const { name, publicKey, commitment, waitMs } = request;
  const answer = await joins.add(
    { id, tokenHash: hashSecret(request.token), name, publicKey, commitment, lifetimeMs: waitMs },
    newcomerAudit(name, 'ask-to-join', id, origin),
  );
  if (answer === 'token-wrong') return refuse('enrolment-token-wrong');
  if (answer === 'no-key') return refuse('cluster-has-no-key');
  if (answer === 'name-taken') return refuse('gateway-name-taken');
  return done({ id, expiresAt: answer.expiresAt });
}

/** The newcomer's own request; it ends for it when its time has passed before a member's person confirmed. */
export async function followJoinRequest({ joins }: JoinPorts, id: string, token: string): Promise<Outcome<JoinRecord>> {
  const request = await joins.ofToken(id, hashSecret(token));
  if (!request) return refuse('join-request-missing');
  return request.isExpired && request.state !== 'confirmed' ? refuse('join-expired') : done(request);
}

export async function revealJoinKey(
  ports: JoinPorts,
  told: { readonly id: string; readonly token: string; readonly opening: JoinOpening },
  origin: string,
): Promise<Outcome<JoinRecord>> {
  const request = await followJoinRequest(ports, told.id, told.token);
  if (!request.ok) return request;
  const audit = newcomerAudit(request.value.name, 'reveal-join-key', told.id, origin);
  return await moveJoinRequest(ports, request.value, 'reveal', { opening: told.opening }, audit);
}

/** One step of a request, or why it cannot be taken: its time has passed, or somebody took it before. */
export async function moveJoinRequest(
  { joins }: JoinPorts,
  request: JoinRecord,
  event: JoinRequestEvent,
  change: JoinChange,
  audit: AuditFact,
): Promise<Outcome<JoinRecord>> {
  if (request.isExpired) return refuse('join-expired');
  const to = afterJoinEvent(request.state, event);
  if (to === undefined) return refuse('join-step-taken');
  const moved = await joins.move({ id: request.id, from: request.state, to }, change, audit);
  return moved ? done({ ...request, state: to }) : refuse('join-step-taken');
}

const newcomerAudit = (name: string, verb: string, id: string, origin: string): AuditFact => ({
  actor: `gateway ${name}`,
  verb,
  object: `join-request ${id}`,
  detail: { name },
  origin,
});
