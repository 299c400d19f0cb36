import { anySnapshot, NOW_MS } from '@deskhand/domain/run-queue/any-world.contract.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import { inHand, member, snapshot } from '@deskhand/domain/run-queue/queue-world.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeDecisions, encodeDecisions } from './decision-batch.ts';

const decided = (world: QueueSnapshot, version = 1): Decision => ({
  ...{ way: 'planned', atMs: NOW_MS + version, nowMs: NOW_MS, seed: 4, snapshot: { ...world, version } },
  outcome: { offers: [], refusals: [], leftOut: [] },
});
const written = (decisions: readonly Decision[]): unknown =>
  decisions.map((one) => {
    const byId = one.snapshot.inHand.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return JSON.parse(JSON.stringify({ ...one, snapshot: { ...one.snapshot, inHand: byId } }));
  });

test('what is read is what was written, whatever changed from one decision to the next', () => {
  fc.assert(
    fc.property(fc.array(anySnapshot, { minLength: 1, maxLength: 6 }), (worlds) => {
      const decisions = worlds.map(decided);
      expect(decodeDecisions(encodeDecisions(decisions))).toEqual(written(decisions));
    }),
  );
});

test('entries that only changed places are read in their new order', () => {
  const [a, b, c] = [member('a'), member('b'), member('c')];
  const decisions = [
    [a, b, c],
    [c, a, b],
    [b, c],
    [b, a, c],
  ].map((members, index) => decided(snapshot({ members, runs: [] }), index));
  expect(decodeDecisions(encodeDecisions(decisions))).toEqual(written(decisions));
});

test('a decision costs what changed, not what there is', () => {
  const members = Array.from({ length: 50 }, (_, index) => member(`g${String(index)}`));
  const runs = Array.from({ length: 200 }, (_, index) => ({ user: `user ${String(index)}` }));
  const world = snapshot({ members, runs });
  const further = Array.from({ length: 20 }, (_, index) =>
    decided(
      { ...world, classes: world.classes.slice(index + 1), inHand: [inHand(`user ${String(index)}`, 'g0')] },
      index,
    ),
  );
  const one = encodeDecisions([decided(world)]).length;
  const all = encodeDecisions([decided(world), ...further]).length;
  expect((all - one) / further.length).toBeLessThan(one / 50);
});

test('decisions in a form of a later release are passed over', () => {
  expect(decodeDecisions(JSON.stringify({ format: 2, decisions: [{}] }))).toEqual([]);
});
