import { expect, test } from 'vitest';
import { options } from './options.ts';

test('both sides of a comparison get the sizes that were asked for, and neither the comparison itself', () => {
  const { asked, against, rounds, sizes } = options(
    'fleet --against a8436cd restart --rounds 2 --minutes 0.5 --gateways 4'.split(' '),
  );
  expect({ asked, against, rounds }).toEqual({ asked: ['fleet', 'restart'], against: 'a8436cd', rounds: 2 });
  expect(sizes).toEqual(['--minutes', '0.5', '--gateways', '4']);
});

test('what nobody said is the full size and three rounds', () => {
  const { against, rounds, minutes, gateways, queued, sizes } = options([]);
  expect([against, rounds, minutes, gateways(1_000), queued(100), sizes]).toEqual([undefined, 3, 1, 1_000, 100, []]);
});
