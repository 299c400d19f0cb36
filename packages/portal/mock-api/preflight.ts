import type { MemberPreflight, Preflight } from '@deskhand/protocol/http/preflight.ts';
import type { Handlers } from './handler-types.ts';
import { sendLive } from './live-stream.ts';
import { found } from './refusal.ts';
import type { World } from './world.ts';

/** How long each simulated gateway takes to answer. */
const ANSWER_MS = 600;

/** A cluster in which the second machine has another password, as people find it on their first day. */
export function preflightHandlers(world: World): Handlers<'beginPreflight' | 'getPreflight'> {
  const begunAt = new Map<string, number>();
  const boardOf = (id: string): Preflight => {
    const connection = found(
      world.connections.find((one) => one.id === id),
      'connection',
    );
    const members = world.gateways.filter(({ clusterId }) => clusterId === connection.clusterId);
    const atMs = begunAt.get(id);
    const done = atMs === undefined ? -1 : Math.floor((Date.now() - atMs) / ANSWER_MS);
    return {
      connectionId: id,
      state: atMs === undefined ? 'never' : done >= members.length ? 'over' : 'under-way',
      begunAt: atMs === undefined ? null : new Date(atMs).toISOString(),
      begunBy: atMs === undefined ? null : world.me.email,
      passwordVersion: connection.passwordVersion,
      members: members.map((gateway, index) => ({
        gatewayId: gateway.id,
        gatewayName: gateway.name,
        ...answerOf(gateway.status === 'online', done - index, index, connection.accountName),
        passwordVersion: connection.passwordVersion,
        answeredAt:
          atMs !== undefined && done > index && gateway.status === 'online'
            ? new Date(atMs + (index + 1) * ANSWER_MS).toISOString()
            : null,
      })),
    };
  };
  return {
    beginPreflight: ({ params: { id } }) => {
      if (boardOf(id).state !== 'under-way') begunAt.set(id, Date.now());
      const { members } = boardOf(id);
      for (const index of members.keys())
        setTimeout(() => sendLive({ type: 'changed', data: { what: 'connection', id } }), (index + 1) * ANSWER_MS);
      return boardOf(id);
    },
    getPreflight: ({ params: { id } }) => boardOf(id),
  };
}

type Said = Pick<MemberPreflight, 'verdict' | 'sentence' | 'fix' | 'mender' | 'answer'>;

function answerOf(isOnline: boolean, turns: number, index: number, account: string): Said {
  const nothing = { verdict: 'open', fix: '', mender: 'nobody', answer: null } as const;
  if (!isOnline)
    return {
      ...nothing,
      sentence: 'The gateway is offline, so it could not be asked.',
      fix: 'Start it, then check again.',
      mender: 'admin-of-cluster',
    };
  if (turns < 0) return { ...nothing, sentence: 'It was not checked yet.' };
  if (turns === 0) return { ...nothing, sentence: 'It is being checked.', answer: 'asked' };
  if (index === 1)
    return {
      verdict: 'no',
      sentence: `The password of ${account} is another one here. It was tried once and is not tried again.`,
      fix: 'Give the account the same password on every gateway, then enter it in the connection again.',
      mender: 'owner-of-connection',
      answer: 'password-wrong',
    };
  return { ...nothing, verdict: 'yes', sentence: `${account} may sign in, and the password is right.`, answer: 'ok' };
}
