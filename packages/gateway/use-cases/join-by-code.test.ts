import type { AskToJoin, JoinRequest, JoinState } from '@deskhand/protocol/http/joining.ts';
import { type JoinOpening, joinCommitment, joinRandom } from '@deskhand/protocol/join-code.ts';
import { makeSealingKey } from '@deskhand/protocol/seal.ts';
import { expect, test } from 'vitest';
import type { ClusterKey } from '../ports/identity.ts';
import type { JoinServer, MemberServer } from '../ports/joining.ts';
import { confirmJoin } from './confirm-join.ts';
import { joinByCode } from './join-by-code.ts';

const wish = { token: 'token', name: 'machine-2', waitMs: 60_000 };
const key = { publicKey: 'gateway-key', sign: (text: string) => `signed:${text}` };

/** What the server holds for one request; a test may make it lie. */
interface Desk {
  request: AskToJoin | undefined;
  state: JoinState;
  answer: string | null;
  opening: JoinOpening | null;
  sealedKey: string | null;
}

interface Lies {
  /** The server shows the member another request than the newcomer's. */
  readonly asRequest?: (request: JoinRequest) => Promise<JoinRequest>;
  readonly asOpening?: (opening: JoinOpening) => JoinOpening;
  readonly asAnswer?: (answer: string) => string;
  readonly asSealedKey?: (sealed: string) => string;
}

function openDesk(lies: Lies) {
  const desk: Desk = { request: undefined, state: 'waiting', answer: null, opening: null, sealedKey: null };
  const newcomers: JoinServer = {
    ask: async (request) => {
      desk.request = request;
      return { id: 'j1', expiresAt: '2030-01-01T00:00:00Z' };
    },
    progress: async () => ({
      state: desk.state,
      answer: desk.answer && (lies.asAnswer?.(desk.answer) ?? desk.answer),
      sealedKey: desk.sealedKey && (lies.asSealedKey?.(desk.sealedKey) ?? desk.sealedKey),
    }),
    reveal: async (_id, _token, opening) => {
      desk.opening = opening;
      desk.state = 'revealed';
    },
  };
  const members: MemberServer = {
    pending: async () => {
      if (desk.request === undefined) return [];
      const { name, publicKey, commitment } = desk.request;
      const shown = { id: 'j1', name, publicKey, commitment, state: desk.state, expiresAt: '2030-01-01T00:00:00Z' };
      return [(await lies.asRequest?.(shown)) ?? shown];
    },
    answer: async (_id, answer) => {
      desk.answer = answer;
      desk.state = 'answered';
    },
    opening: async () => desk.opening && (lies.asOpening?.(desk.opening) ?? desk.opening),
    settle: async (_id, sealedKey) => {
      desk.sealedKey = sealedKey;
      desk.state = sealedKey === null ? 'refused' : 'confirmed';
    },
  };
  return { desk, newcomers, members };
}

/** Both machines at once; the person types at the member what the newcomer shows, unless told otherwise. */
async function joining(
  options: { lies?: Lies; types?: (code: string) => readonly string[]; clusterKey?: ClusterKey } = {},
) {
  const { desk, newcomers, members } = openDesk(options.lies ?? {});
  const clusterKey = options.clusterKey ?? (await makeSealingKey());
  const code = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<void>();
  // A turn of the loop for each wait, so that both sides move; how long each took means nothing here.
  const clock = { monotonicMs: () => 0, pause: async () => await new Promise<void>(setImmediate) };
  const shown: string[] = [];
  const screen = {
    showWhatToDo: () => asked.resolve(),
    showCode: (text: string) => {
      shown.push(text);
      code.resolve(text);
    },
    showStillWaiting: () => undefined,
  };
  const target = { clusterId: 'c1', clusterName: 'Office', clusterPublicKey: clusterKey.publicKey };
  const newcomer = joinByCode({ server: newcomers, key, screen, clock }, wish, target);
  await asked.promise;
  const questions: string[] = [];
  let lines: readonly string[] | undefined;
  const person = {
    ask: async (question: string) => {
      questions.push(question);
      lines ??= options.types?.(await code.promise) ?? [await code.promise];
      const [typed, ...rest] = lines;
      lines = rest;
      return typed;
    },
    tell: () => undefined,
  };
  const identity = { clusterId: 'c1', clusterName: 'Office', clusterKey };
  const member = await confirmJoin({ server: members, person, clock }, identity, null);
  return { desk, clusterKey, shown, questions, member, newcomer: await newcomer };
}

test('a machine gets the cluster’s key by its code, and the server sees ciphertext only', async () => {
  const { member, newcomer, clusterKey, desk, questions } = await joining();
  expect(member).toEqual({ ok: true, name: 'machine-2' });
  expect(newcomer).toEqual({ ok: true, clusterKey });
  expect(questions).toHaveLength(1);
  expect(questions[0]).toContain('machine-2');
  expect(JSON.stringify(desk)).not.toContain(clusterKey.privateKeyPkcs8);
});

test('a code that is mistyped once is asked for again', async () => {
  const { newcomer, questions } = await joining({ types: (code) => ['0000-0000', code.toLowerCase()] });
  expect(newcomer.ok).toBe(true);
  expect(questions).toHaveLength(2);
});

test.each([
  ['three wrong codes', ['0000-0000', '1111-1111', '2222-2222', '3333-3333']],
  ['nobody at the keyboard', []],
])('%s refuse the machine, and no key leaves', async (_what, typed) => {
  const { member, newcomer, desk } = await joining({ types: () => typed });
  expect(member).toEqual({ ok: false, because: 'join-code-wrong' });
  expect(newcomer).toEqual({ ok: false, because: 'join-refused' });
  expect(desk.sealedKey).toBeNull();
});

test('a server that puts its own key and commitment in the newcomer’s place gets nothing', async () => {
  const ownKey = await makeSealingKey();
  const own = { publicKey: ownKey.publicKey, secret: joinRandom() };
  const clusterKey = await makeSealingKey();
  const { member, desk, shown } = await joining({
    clusterKey,
    lies: {
      asRequest: async (request) => {
        const { name, publicKey: gatewayPublicKey } = request;
        const subject = { clusterId: 'c1', clusterPublicKey: clusterKey.publicKey, name, gatewayPublicKey };
        return { ...request, commitment: await joinCommitment(subject, own) };
      },
      asOpening: () => own,
    },
    types: (code) => [code, code, code],
  });
  expect(shown).toHaveLength(1);
  expect(member).toEqual({ ok: false, because: 'join-code-wrong' });
  expect(desk.sealedKey).toBeNull();
});

test('a key that is exchanged after the commitment is found out before anybody types', async () => {
  const own = { publicKey: (await makeSealingKey()).publicKey, secret: joinRandom() };
  const { member, newcomer, questions, desk } = await joining({ lies: { asOpening: () => own } });
  expect(member).toEqual({ ok: false, because: 'join-tampered' });
  expect(newcomer).toEqual({ ok: false, because: 'join-refused' });
  expect(questions).toEqual([]);
  expect(desk.sealedKey).toBeNull();
});

test('an answer that the server made instead of the member’s changes the code', async () => {
  const { member } = await joining({ lies: { asAnswer: () => joinRandom() }, types: (code) => [code] });
  expect(member).toEqual({ ok: false, because: 'join-code-wrong' });
});

test('a request that is shown under another name is found out', async () => {
  const lies: Lies = { asRequest: async (request) => ({ ...request, name: 'trusted-machine' }) };
  expect((await joining({ lies })).member).toEqual({ ok: false, because: 'join-tampered' });
});

test('a sealed key that was changed on the way is not kept', async () => {
  const lies: Lies = { asSealedKey: (sealed) => sealed.slice(0, -4) + 'AAAA' };
  expect((await joining({ lies })).newcomer).toEqual({ ok: false, because: 'join-tampered' });
});

test('a key that is not the other half of the cluster’s key is not kept', async () => {
  const { publicKey } = await makeSealingKey();
  const { privateKeyPkcs8 } = await makeSealingKey();
  expect((await joining({ clusterKey: { publicKey, privateKeyPkcs8 } })).newcomer).toEqual({
    ok: false,
    because: 'join-tampered',
  });
});

test('a machine that nobody confirms gives up when its time is over', async () => {
  const { newcomers } = openDesk({});
  let nowMs = 0;
  let words = 0;
  const clock = { monotonicMs: () => nowMs, pause: async (forMs: number) => void (nowMs += forMs) };
  const screen = {
    showWhatToDo: () => undefined,
    showCode: () => undefined,
    showStillWaiting: () => void (words += 1),
  };
  const target = { clusterId: 'c1', clusterName: 'Office', clusterPublicKey: (await makeSealingKey()).publicKey };
  expect(await joinByCode({ server: newcomers, key, screen, clock }, wish, target)).toEqual({
    ok: false,
    because: 'join-expired',
  });
  expect(nowMs).toBe(60_000);
  expect(words).toBeGreaterThan(0);
});

test('among several machines that ask, the person says which', async () => {
  const two = ['machine-2', 'machine-3'].map((name) => ({
    id: name,
    name,
    publicKey: 'k',
    commitment: 'c',
    state: 'waiting' as const,
    expiresAt: '2030-01-01T00:00:00Z',
  }));
  const { members } = openDesk({});
  const server = { ...members, pending: async () => two };
  const clock = { monotonicMs: () => 0, pause: async () => undefined };
  const person = { ask: async () => undefined, tell: () => undefined };
  const member = { clusterId: 'c1', clusterName: 'Office', clusterKey: await makeSealingKey() };
  expect(await confirmJoin({ server, person, clock }, member, null)).toEqual({
    ok: false,
    because: 'join-many',
    values: { names: 'machine-2, machine-3' },
  });
  expect(await confirmJoin({ server, person, clock }, member, 'machine-9')).toMatchObject({
    because: 'join-request-missing',
  });
});
