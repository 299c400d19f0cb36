import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import { anySnapshot, NOW_MS } from './any-world.contract.ts';
import { type Decision, replayDecision } from './decision.ts';
import { planAssignments } from './plan-assignments.ts';
import { member, snapshot } from './queue-world.ts';
import type { QueueSnapshot } from './snapshot.ts';

export function decided(world: QueueSnapshot, seed = 7): Decision {
  const { offers, refusals } = planAssignments(world, NOW_MS, drawSeeded(seed));
  return {
    ...{ way: 'planned', atMs: NOW_MS, nowMs: NOW_MS, seed, snapshot: world },
    outcome: {
      offers: offers.map(({ runId, gatewayId }) => ({ runId, gatewayId, attempt: 1 })),
      refusals: refusals.map(({ runId, because }) => ({ runId, code: because.code })),
      leftOut: [],
    },
  };
}

describe('a replay', () => {
  test('of any decision leads to what was done', () => {
    fc.assert(
      fc.property(anySnapshot, fc.nat(2 ** 32 - 1), (world, seed) => {
        expect(replayDecision(decided(world, seed)).isSame).toBe(true);
      }),
    );
  });

  test('does not depend on the order in which runs in hand were read', () => {
    fc.assert(
      fc.property(anySnapshot, fc.nat(2 ** 32 - 1), (world, seed) => {
        const decision = decided({ ...world, inHand: world.inHand.toReversed() }, seed);
        expect(replayDecision({ ...decision, snapshot: world }).isSame).toBe(true);
      }),
    );
  });

  const decision = decided(snapshot({ members: [member('g0')], runs: [{ user: 'alice' }] }));
  const { outcome } = decision;

  test('says so when another member was chosen', () => {
    const offers = outcome.offers.map((offer) => ({ ...offer, gatewayId: 'g1' as GatewayId }));
    expect(replayDecision({ ...decision, outcome: { ...outcome, offers } }).isSame).toBe(false);
  });

  test('says so when a run was ended that now starts', () => {
    const refusals = [{ runId: 'r1' as RunId, code: 'attended-locked' as const }];
    expect(replayDecision({ ...decision, outcome: { ...outcome, refusals } }).isSame).toBe(false);
  });
});
