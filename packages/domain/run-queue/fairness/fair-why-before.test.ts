import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunId } from '../../brand.ts';
import { drawSeeded } from '../../prediction/draw-seeded.ts';
import { NOW_MS } from '../any-world.contract.ts';
import { replayDecision } from '../decision.ts';
import { planAssignments } from '../plan-assignments.ts';
import { inHand, member, snapshot } from '../queue-world.ts';
import { whyBefore } from '../why-before.ts';
import { anyFairSnapshot, asToldApart, fairClasses, type FairWorldRun } from './any-fair-world.contract.ts';
import { type Fairness, NO_FAIRNESS } from './fairness.ts';

const MINUTE_MS = 60_000;
const run = (sharer: string, priority: 'high' | 'normal', minutes: number): FairWorldRun => ({
  user: `account of ${sharer}`,
  mode: 'unattended',
  whenSessionBlocked: 'wait',
  topRank: null,
  waitedMs: minutes * MINUTE_MS,
  facts: { priority, sharer: { id: sharer, name: sharer }, usuallyMs: null },
});

/** A machine with two slots, of which ada has one; whoever waited longer is r1. */
function why(fairness: Partial<Fairness>, runs: readonly FairWorldRun[], first: number, other: number): string {
  const chosen = { ...NO_FAIRNESS, ...fairness };
  const { facts } = asToldApart(run('ada', 'normal', 0), chosen);
  const told = runs.map((one) => asToldApart(one, chosen));
  const world = {
    ...snapshot({ members: [member('desk', { capacityOverride: 2 })], runs: [] }),
    ...{ fairness: chosen, classes: fairClasses(told) },
    inHand: [{ ...inHand('eve', 'desk'), fair: facts }],
  };
  const { offers } = planAssignments(world, NOW_MS, drawSeeded(1));
  const outcome = { offers: offers.map((one) => ({ ...one, attempt: 1 })), refusals: [], leftOut: [] };
  const decision = { way: 'planned' as const, atMs: NOW_MS, nowMs: NOW_MS, seed: 1, snapshot: world, outcome };
  const asked = (number: number) => ({ id: `r${String(number)}` as RunId, classKey: undefined });
  const { isSame, why: answer } = whyBefore(decision, asked(first), asked(other));
  expect(isSame).toBe(true);
  return answer.kind === 'stood-before' ? answer.by : answer.kind;
}

test('an aged run stands among the high ones by its request', () =>
  expect(why({ ageing: { afterMinutes: 5 } }, [run('ada', 'normal', 6), run('ben', 'high', 2)], 1, 2)).toBe(
    'request-number',
  ));
test('an aged run stood before a normal one that asked later', () =>
  expect(why({ ageing: { afterMinutes: 5 } }, [run('ada', 'normal', 6), run('ben', 'normal', 2)], 1, 2)).toBe(
    'ageing',
  ));
test('who has fewer runs at work stood before who asked earlier', () =>
  expect(why({ share: { by: 'user', atMost: null } }, [run('ada', 'normal', 6), run('ben', 'normal', 2)], 2, 1)).toBe(
    'share',
  ));
test('what a share held back could not start', () =>
  expect(why({ share: { by: 'user', atMost: 1 } }, [run('ada', 'high', 6), run('ben', 'normal', 2)], 2, 1)).toBe(
    'could-not-start',
  ));

test('a replay of any fair queue leads to what was done, in whatever order its runs in hand were read', () => {
  fc.assert(
    fc.property(anyFairSnapshot, fc.nat(2 ** 32 - 1), (world, seed) => {
      const { offers, refusals } = planAssignments(world, NOW_MS, drawSeeded(seed));
      const outcome = {
        offers: offers.map((one) => ({ ...one, attempt: 1 })),
        refusals: refusals.map(({ runId, because }) => ({ runId, code: because.code })),
        leftOut: [],
      };
      const kept = { ...world, inHand: world.inHand.toReversed() };
      const decision = { way: 'planned' as const, atMs: NOW_MS, nowMs: NOW_MS, seed, snapshot: kept, outcome };
      expect(replayDecision(decision).isSame).toBe(true);
    }),
  );
});
