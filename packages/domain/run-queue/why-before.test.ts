import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import { NOW_MS } from './any-world.contract.ts';
import type { Decision } from './decision.ts';
import { HEADS_PER_CLASS_MIN, planAssignments } from './plan-assignments.ts';
import { classKeyOf, inHand, member, session, snapshot, type WorldRun } from './queue-world.ts';
import type { ClusterMember, QueueSnapshot } from './snapshot.ts';
import { whyBefore } from './why-before.ts';
import { placeText, whyText } from './why-text.ts';

const one = member('g0', { capacityOverride: 1 });

function decision(
  runs: readonly WorldRun[],
  { members = [one], ...changes }: { readonly members?: readonly ClusterMember[] } & Partial<QueueSnapshot> = {},
): Decision {
  const world = snapshot({ members, runs, ...changes });
  const { offers } = planAssignments(world, NOW_MS, drawSeeded(3));
  const outcome = {
    offers: offers.map(({ runId, gatewayId }) => ({ runId, gatewayId, attempt: 1 })),
    ...{ refusals: [], leftOut: [] },
  };
  return { way: 'planned', atMs: NOW_MS, nowMs: NOW_MS, seed: 3, snapshot: world, outcome };
}

function ask(of: Decision, runs: readonly WorldRun[], first: number, other: number) {
  const asked = (number: number) => ({
    id: `r${String(number)}` as RunId,
    classKey: classKeyOf(runs[number - 1] ?? { user: 'nobody' }),
  });
  const replayed = whyBefore(of, asked(first), asked(other));
  const names = { first: `r${String(first)}`, other: `r${String(other)}`, gateway: (id: GatewayId) => id };
  return { ...replayed, text: whyText(replayed.why, names) };
}

const alice = { user: 'alice' } as const;
const bob = { user: 'bob' } as const;

describe('the order decides', () => {
  test.each<readonly [string, WorldRun, WorldRun, string]>([
    ['r2 was moved to the top', alice, { ...bob, topRank: 1 }, 'r2 had been moved to the top, and r1 had not'],
    [
      'r2 was moved later',
      { ...alice, topRank: 1 },
      { ...bob, topRank: 2 },
      'both had been moved to the top, r2 later than r1',
    ],
    ['r2 has high priority', alice, { ...bob, priority: 'high' }, 'the priority of r2 was high, and that of r1 normal'],
  ])('because %s', (_, first, second, because) => {
    const runs = [first, second];
    const { isSame, nowTo, why, text } = ask(decision(runs), runs, 2, 1);
    expect([isSame, nowTo, why.kind]).toEqual([true, 'g0', 'stood-before']);
    expect(text).toBe(`r2 stood before r1 in the run queue: ${because}.`);
  });

  test('by who asked first, when nothing else tells two runs apart; the other is told what it waited for', () => {
    const runs = [alice, bob];
    const { why, text } = ask(decision(runs), runs, 1, 2);
    expect(why).toMatchObject({ kind: 'stood-before', by: 'request-number' });
    expect(why.kind === 'stood-before' && why.otherWaits.map(({ because }) => because.code)).toEqual(['no-free-slot']);
    expect(text).toContain('r1 was requested before r2');
  });
});

test('a run that no member can start is passed over, and each member says why', () => {
  const runs = [alice, bob];
  const locked = member('g0', { facts: { sessions: [session('alice', { locked: true })] } });
  const waits = { ...alice, whenSessionBlocked: 'wait' } as const;
  const { why, text } = ask(decision([waits, bob], { members: [locked] }), [waits, bob], 2, 1);
  expect(why.kind).toBe('could-not-start');
  expect(why.kind === 'could-not-start' && why.otherWaits.map(({ because }) => because.code)).toEqual([
    'session-exists-multi',
  ]);
  expect(text).toBe(
    'r1 stood before r2 in the run queue, but no gateway could start it at that moment, and a run that has to wait does not hold up the others.',
  );
  expect(runs).toHaveLength(2);
});

test('two runs that one decision offered went together', () => {
  const runs = [alice, bob];
  const { why } = ask(decision(runs, { members: [member('g0')] }), runs, 1, 2);
  expect(why.kind).toBe('offered-together');
});

test('a run behind so many of its own account that the plan held no place for it had no turn yet', () => {
  const many = Array.from({ length: HEADS_PER_CLASS_MIN + 1 }, () => alice);
  const world = snapshot({ members: [one], runs: [...many, { ...bob, priority: 'high' }] });
  const cut = world.classes.map((ofClass) => ({ ...ofClass, heads: ofClass.heads.slice(0, HEADS_PER_CLASS_MIN) }));
  const of = decision([...many, { ...bob, priority: 'high' }], { classes: cut });
  const first = { id: `r${String(many.length + 1)}` as RunId, classKey: classKeyOf(bob) };
  const other = { id: `r${String(many.length)}` as RunId, classKey: classKeyOf(alice) };
  expect(whyBefore(of, first, other).why).toMatchObject({ kind: 'behind-its-account' });
});

test('a run that a session rule ended in the same decision is told so', () => {
  const locked = member('g0', { facts: { sessions: [session('alice', { locked: true })] } });
  const runs = [alice, bob];
  const of = decision(runs, { members: [locked] });
  expect(ask(of, runs, 2, 1).why.kind).toBe('was-refused');
});

test('a run that a gateway had already was not waiting', () => {
  const runs = [alice];
  const of = decision(runs, { members: [member('g0')], inHand: [inHand('bob', 'g0')] });
  const why = whyBefore(
    of,
    { id: 'r1' as RunId, classKey: classKeyOf(alice) },
    { id: 'bob in hand' as RunId, classKey: 'bob' },
  );
  expect(why.why).toEqual({ kind: 'was-with-gateway', gatewayId: 'g0' });
});

test('a run that is not in the snapshot did not wait', () => {
  const runs = [alice];
  expect(ask(decision(runs), runs, 1, 2).why.kind).toBe('did-not-wait');
});

test('a place in the order is told in words', () => {
  expect(placeText({ topRank: 2, priority: 'high', requestNumber: 7 })).toBe(
    'moved to the top (2), high priority, request 7',
  );
  expect(placeText({ topRank: null, priority: 'normal', requestNumber: 7 })).toBe('normal priority, request 7');
});
