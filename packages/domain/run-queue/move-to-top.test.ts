import { expect, test } from 'vitest';
import type { RunId } from '../brand.ts';
import { moveToTop, undoMove } from './move-to-top.ts';
import { byQueueOrder } from './queue-order.ts';
import { queuedRun } from './queue-world.ts';
import type { QueuedRun } from './snapshot.ts';

/** Moves are made one after another on the queue r1 r2 r3 r4; `undo r2` gives r2 its place back. */
function check(moves: readonly string[], expected: string): void {
  let counter = 0;
  let queue: readonly QueuedRun[] = [1, 2, 3, 4].map((number) => queuedRun({}, number));
  for (const words of moves) {
    const undone = words.replace('undo ', '');
    if (undone !== words) {
      queue = queue.map((run) => (run.id === undone ? undoMove(run) : run));
      continue;
    }
    const move = moveToTop(words.split(' ') as RunId[], counter);
    counter = move.counter;
    const ranks = new Map(move.ranks.map((rank) => [rank.id, rank.topRank]));
    queue = queue.map((run) => ({ ...run, topRank: ranks.get(run.id) ?? run.topRank }));
  }
  const inOrder = queue.toSorted(byQueueOrder);
  expect(inOrder.map((run) => run.id).join(' ')).toBe(expected);
}

test('S31: a run moved to the top is first', () => check(['r3'], 'r3 r1 r2 r4'));
test('S31: the run moved last is first', () => check(['r3', 'r4'], 'r4 r3 r1 r2'));
test('S31: several runs moved together keep the order they were named in', () => check(['r4 r2'], 'r4 r2 r1 r3'));
test('S31: a later move goes above an ordered one', () => check(['r4 r2', 'r3'], 'r3 r4 r2 r1'));
test('S31: a run moved twice counts by its last move', () => check(['r3', 'r4', 'r3'], 'r3 r4 r1 r2'));
test('undo gives the run its old place back', () => check(['r4', 'r3', 'undo r4'], 'r3 r1 r2 r4'));
test('a run named twice in one move counts where it is named first', () => check(['r4 r2 r4'], 'r4 r2 r1 r3'));

test('moving nothing leaves the counter alone', () => {
  expect(moveToTop([], 7)).toEqual({ counter: 7, ranks: [] });
});
