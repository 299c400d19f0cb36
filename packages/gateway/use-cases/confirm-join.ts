import type { JoinRequest } from '@deskhand/protocol/http/joining.ts';
import {
  isJoinCode,
  type JoinOpening,
  type JoinSubject,
  joinCode,
  joinCommitment,
  joinRandom,
  joinSealContext,
} from '@deskhand/protocol/join-code.ts';
import { seal } from '@deskhand/protocol/seal.ts';
import type { ClusterKey, GatewayIdentity } from '../ports/identity.ts';
import type { CodeAsker, MemberServer, WaitClock } from '../ports/joining.ts';

/** A person may mistype; the same code is expected each time, so more tries do not help whoever guesses. */
const TRIES_MAX = 3;
const OPENING_WAIT_MAX_MS = 60_000;
const LOOK_INTERVAL_MS = 500;

export interface ConfirmJoinPorts {
  readonly server: MemberServer;
  readonly person: CodeAsker;
  readonly clock: WaitClock;
}
/** A member that holds the cluster's key. */
export type Member = Pick<GatewayIdentity, 'clusterId' | 'clusterName'> & { readonly clusterKey: ClusterKey };

export type ConfirmJoinAnswer =
  | { readonly ok: true; readonly name: string }
  | {
      readonly ok: false;
      readonly because: 'join-request-missing' | 'join-many' | 'join-expired' | 'join-tampered' | 'join-code-wrong';
      readonly values?: Readonly<Record<string, string>>;
    };

/** Hands the cluster's key to a machine whose code the person types here; the server sees ciphertext only. */
export async function confirmJoin(
  { server, person, clock }: ConfirmJoinPorts,
  member: Member,
  name: string | null,
): Promise<ConfirmJoinAnswer> {
  const pending = (await server.pending()).filter((request) => name === null || request.name === name);
  const [request] = pending;
  if (request === undefined) return { ok: false, because: 'join-request-missing' };
  if (pending.length > 1) return many(pending);
  const answer = joinRandom();
  await server.answer(request.id, answer);
  const opening = await openingOf(server, clock, request.id);
  if (opening === null) return { ok: false, because: 'join-expired' };
  const subject: JoinSubject = {
    clusterId: member.clusterId,
    clusterPublicKey: member.clusterKey.publicKey,
    name: request.name,
    gatewayPublicKey: request.publicKey,
  };
  if ((await joinCommitment(subject, opening)) !== request.commitment) {
    await server.settle(request.id, null);
    return { ok: false, because: 'join-tampered' };
  }
  if (!(await isTypedRight(person, request, await joinCode(subject, opening, answer)))) {
    await server.settle(request.id, null);
    return { ok: false, because: 'join-code-wrong' };
  }
  const context = joinSealContext(subject, opening, answer);
  await server.settle(request.id, await seal(opening.publicKey, member.clusterKey.privateKeyPkcs8, context));
  return { ok: true, name: request.name };
}

function many(pending: readonly JoinRequest[]): ConfirmJoinAnswer {
  return { ok: false, because: 'join-many', values: { names: pending.map(({ name }) => name).join(', ') } };
}

async function openingOf(server: MemberServer, clock: WaitClock, id: string): Promise<JoinOpening | null> {
  const deadlineMs = clock.monotonicMs() + OPENING_WAIT_MAX_MS;
  for (;;) {
    const opening = await server.opening(id);
    if (opening !== null || clock.monotonicMs() >= deadlineMs) return opening;
    await clock.pause(LOOK_INTERVAL_MS);
  }
}

async function isTypedRight(person: CodeAsker, { name }: JoinRequest, code: string): Promise<boolean> {
  for (let left = TRIES_MAX; left > 0; left--) {
    const typed = await person.ask(`The machine ${name} asks to join. Type the code that its own terminal shows: `);
    if (typed === undefined) return false;
    if (isJoinCode(typed, code)) return true;
    if (left > 1) person.tell('That is not the code of this machine. Read it again, on its own terminal.');
  }
  return false;
}
