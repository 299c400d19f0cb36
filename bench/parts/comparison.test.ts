import { describe, expect, test } from 'vitest';
import { compared, goalOf, summaryOf, tableOf, verdictOf } from './comparison.ts';
import type { BenchReport } from './report.ts';

const dispatch = (p50Ms: number, met = true): BenchReport => ({
  bench: 'dispatch',
  ours: { p50Ms, submitted: 1_000 },
  peer: { p50Ms: 2 },
  goal: 'p50 <= 1.5',
  met,
});
const fleet = (p99Ms: number): BenchReport => ({
  bench: 'fleet',
  ours: { levels: [{ gateways: 5, p99Ms, stubs: { cores: 1 } }, { messagesPerSecond: 9 }], load: 0.1 },
  goal: 'p99 < 500 ms',
  met: true,
});

describe('an earlier commit beside this one', () => {
  test('figures are told by the unit in their name, also deep in a report; what the benchmark itself uses is none', () => {
    const rows = compared([fleet(10)], [fleet(20)]);
    expect(rows.map(({ figure, ratio }) => [figure, ratio])).toEqual([
      ['levels.0.p99Ms', 2],
      ['levels.1.messagesPerSecond', 1],
    ]);
  });

  test('a figure is the middle of its rounds; a peer gets no verdict', () => {
    const rows = compared([dispatch(4), dispatch(5), dispatch(9)], [dispatch(5), dispatch(4), dispatch(5)]);
    expect(rows).toEqual([
      { bench: 'dispatch', figure: 'p50Ms', earlier: [4, 5, 9], now: [5, 4, 5], ratio: 1, verdict: 'not slower' },
      { bench: 'dispatch', figure: 'peer p50Ms', earlier: [2, 2, 2], now: [2, 2, 2], ratio: 1 },
    ]);
  });

  test('what only one side measures is left out', () => {
    const before: BenchReport = { ...dispatch(1), ours: { p99Ms: 3 } };
    expect(compared([before], [dispatch(1)]).map(({ figure }) => figure)).toEqual(['peer p50Ms']);
  });

  test('slower is what is worse in every round than in every earlier one, by more than the tolerance', () => {
    const verdicts = [
      verdictOf('p50Ms', [10, 10, 11], [12, 12, 13]),
      verdictOf('p50Ms', [10, 10, 13], [12, 12, 13]),
      verdictOf('p50Ms', [100, 100, 100], [104, 104, 104]),
      verdictOf('p50Ms', [10, 10, 11], [5, 5, 6]),
    ];
    expect(verdicts).toEqual(['slower', 'in doubt', 'not slower', 'not slower']);
  });

  test('of a rate less is worse', () => {
    expect(verdictOf('runsPerSecond', [200, 210, 220], [150, 160, 170])).toBe('slower');
    expect(verdictOf('runsPerSecond', [150, 160, 170], [200, 210, 220])).toBe('not slower');
  });

  test('two rounds are too few to call anything slower', () => {
    expect(verdictOf('p50Ms', [10, 10], [20, 20])).toBe('in doubt');
  });

  test('the table names a benchmark and its goal once', () => {
    const [earlier, now] = [
      [dispatch(4, false), dispatch(5)],
      [dispatch(8), dispatch(10)],
    ];
    const cells = tableOf(compared(earlier, now), goalOf(earlier, now))
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(cells).toEqual([
      [
        ...['', '`dispatch`', 'p50Ms', '4 (4 to 5)', '8 (8 to 10)', '2', 'in doubt'],
        ...['p50 <= 1.5: met in 1 of 2, now in 2 of 2', ''],
      ],
      ['', '', 'peer p50Ms', '2 (2 to 2)', '2 (2 to 2)', '1', '', '', ''],
    ]);
  });

  test('at the end stands which figures are slower or in doubt', () => {
    const rows = [...compared([dispatch(4)], [dispatch(8)]), ...compared([fleet(4)], [fleet(4)])];
    expect(summaryOf(rows)).toBe('2 not slower; 1 in doubt (dispatch p50Ms 2); 0 slower.');
  });
});
