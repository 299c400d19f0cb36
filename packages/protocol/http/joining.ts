import Type, { type Static } from 'typebox';
import { id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

/** How long a machine waits for a member's person at most. */
export const JOIN_WAIT_MAX_MS = 15 * 60_000;
const JOIN_WAIT_MIN_MS = 1_000;

const bytes32 = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const token = Type.String({ maxLength: 200 });

export const joinStates = ['waiting', 'answered', 'revealed', 'confirmed', 'refused'] as const;
export type JoinState = (typeof joinStates)[number];

const Opening = Type.Object({ publicKey: bytes32, secret: bytes32 });

/** Proof that a member asks: a signature by its key over `memberProofText`, with a nonce that is good once. */
export const MemberProof = Type.Object({
  gatewayId: id,
  nonce: Type.String({ maxLength: 100 }),
  proof: Type.String({ maxLength: 200 }),
});
export type MemberProof = Static<typeof MemberProof>;

export const AskToJoin = Type.Object({
  token,
  name,
  publicKey: Type.String({ minLength: 40, maxLength: 60 }),
  /** As at enrolment. */
  proof: Type.String({ maxLength: 200 }),
  /** A virtual gateway never holds a cluster key, so it never asks. */
  sessionHost: oneOf(['linux', 'windows']),
  commitment: bytes32,
  waitMs: Type.Integer({ minimum: JOIN_WAIT_MIN_MS, maximum: JOIN_WAIT_MAX_MS }),
});
export type AskToJoin = Static<typeof AskToJoin>;

export const JoinRequest = Type.Object({
  id,
  name,
  publicKey: Type.String(),
  commitment: bytes32,
  state: oneOf(joinStates),
  expiresAt: time,
});
export type JoinRequest = Static<typeof JoinRequest>;

/**
 * Joining a cluster that has a key, by a code that a person carries: see `join-code.ts`. The newcomer proves itself by its
 * enrolment token, the member by its key. The server passes on what it cannot use.
 */
export const joiningRoutes = {
  askToJoin: route('POST', '/join-requests', {
    permission: 'public',
    summary: 'Ask the members of a cluster for its key; the enrolment token proves the asker and is not used up',
    body: AskToJoin,
    reply: Type.Object({ id, expiresAt: time }),
  }),
  followJoinRequest: route('POST', '/join-requests/{id}/progress', {
    permission: 'public',
    summary: 'How far a request to join is (the token proves the asker)',
    params: idParams,
    body: Type.Object({ token }),
    reply: Type.Object({
      state: oneOf(joinStates),
      answer: orNull(bytes32),
      sealedKey: orNull(Type.String({ maxLength: 2000 })),
    }),
    status: 200,
  }),
  revealJoinKey: route('POST', '/join-requests/{id}/opening', {
    permission: 'public',
    summary: 'Open the commitment after a member has answered (the token proves the asker)',
    params: idParams,
    body: Type.Object({ token, opening: Opening }),
    reply: Type.Object({ state: oneOf(joinStates) }),
    status: 200,
  }),
  challengeMember: route('POST', '/gateways/{id}/challenges', {
    permission: 'public',
    summary: 'A nonce, good once, that a gateway signs to prove itself',
    params: idParams,
    reply: Type.Object({ nonce: Type.String() }),
  }),
  listJoinRequests: route('POST', '/join-requests/pending', {
    permission: 'public',
    summary: 'Who asks to join the cluster of a member (the gateway’s signature proves the asker)',
    body: Type.Object({ member: MemberProof }),
    reply: listOf(JoinRequest),
    status: 200,
  }),
  answerJoinRequest: route('POST', '/join-requests/{id}/answer', {
    permission: 'public',
    summary: 'A member takes a request up (the gateway’s signature proves the asker)',
    params: idParams,
    body: Type.Object({ member: MemberProof, answer: bytes32 }),
    reply: Type.Object({ state: oneOf(joinStates) }),
    status: 200,
  }),
  readJoinOpening: route('POST', '/join-requests/{id}/read-opening', {
    permission: 'public',
    summary: 'The newcomer’s key once it was revealed (the gateway’s signature proves the asker)',
    params: idParams,
    body: Type.Object({ member: MemberProof }),
    reply: Type.Object({ opening: orNull(Opening) }),
    status: 200,
  }),
  settleJoinRequest: route('POST', '/join-requests/{id}/settlement', {
    permission: 'public',
    summary: 'The sealed cluster key after the code was right, or a refusal (the gateway’s signature proves the asker)',
    params: idParams,
    body: Type.Object({ member: MemberProof, sealedKey: orNull(Type.String({ maxLength: 2000 })) }),
    reply: Type.Object({ state: oneOf(joinStates) }),
    status: 200,
  }),
};
