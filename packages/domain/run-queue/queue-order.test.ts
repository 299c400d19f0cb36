import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byQueueOrder } from './queue-order.ts';
import { queuedRun } from './queue-world.ts';
import type { QueuedRun } from './snapshot.ts';

/** Runs in the order of their request; HIGH is high priority, ^2 is moved to the top with rank 2. */
function queueOf(words: string): readonly (QueuedRun & { readonly word: string })[] {
  return words.split(' ').map((word, index) => {
    const topRank = /\^(\d+)/.exec(word)?.[1];
    const priority = word.startsWith('HIGH') ? 'high' : 'normal';
    const moved = topRank === undefined ? {} : { topRank: Number(topRank) };
    return { ...queuedRun({ priority, ...moved }, index + 1), word };
  });
}

function check(requested: string, expected: string): void {
  const inOrder = queueOf(requested).toSorted(byQueueOrder);
  expect(inOrder.map((run) => run.word).join(' ')).toBe(expected);
}

test('S26: of equal priority the run requested first is first', () => check('normal-a normal-b', 'normal-a normal-b'));

test('S26, S30: a high priority run overtakes normal runs requested earlier', () =>
  check('normal normal HIGH', 'HIGH normal normal'));

test('S31: a run moved to the top overtakes high priority', () => check('HIGH normal^1', 'normal^1 HIGH'));

test('S31: of the runs moved to the top the last moved is first', () => check('HIGH a^1 b^3 c^2', 'b^3 c^2 a^1 HIGH'));

const anyRun: fc.Arbitrary<QueuedRun> = fc
  .record({
    requestNumber: fc.integer({ min: 1, max: 1_000_000 }),
    priority: fc.constantFrom('high' as const, 'normal' as const),
    topRank: fc.option(fc.integer({ min: 1, max: 20 })),
  })
  .map((run) => ({ ...queuedRun({}, run.requestNumber), ...run }));
const distinctRuns = fc.uniqueArray(anyRun, { selector: (run) => run.requestNumber, maxLength: 30 });

test('the order is total: whatever order runs are read in, they end up in the same one', () => {
  fc.assert(
    fc.property(distinctRuns, fc.infiniteStream(fc.nat()), (runs, keys) => {
      const shuffled = runs
        .map((run) => ({ run, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ run }) => run);
      expect(shuffled.toSorted(byQueueOrder)).toEqual(runs.toSorted(byQueueOrder));
    }),
  );
});

test('the order is antisymmetric and transitive', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRun, { selector: (run) => run.requestNumber, minLength: 3, maxLength: 3 }),
      (runs) => {
        const [a, b, c] = runs as [QueuedRun, QueuedRun, QueuedRun];
        expect(Math.sign(byQueueOrder(a, b))).toBe(-Math.sign(byQueueOrder(b, a)));
        if (byQueueOrder(a, b) < 0 && byQueueOrder(b, c) < 0) expect(byQueueOrder(a, c)).toBeLessThan(0);
      },
    ),
  );
});
