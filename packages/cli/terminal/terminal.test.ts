import { describe, expect, test } from 'vitest';
import { didYouMean } from './suggest.ts';
import { table } from './table.ts';
import { type Terminal, wantsColour } from './terminal.ts';
import { age, duration, parseDuration } from './time.ts';

const pipe: Terminal = {
  out: () => undefined,
  error: () => undefined,
  outIsTerminal: false,
  errorIsTerminal: false,
  width: 20,
  colour: false,
  unicode: true,
};

describe('tables', () => {
  const rows = [{ name: 'a rather long name of a flow', state: 'Queued' }];
  const columns = [
    { title: 'flow', cell: (row: (typeof rows)[number]) => row.name, cut: 1 },
    { title: 'state', cell: (row: (typeof rows)[number]) => row.state },
  ];
  test('a pipe receives every character', () =>
    expect(table(rows, columns, pipe)).toContain('a rather long name of a flow  Queued'));
  test('a terminal cuts what does not fit', () => {
    for (const line of table(rows, columns, { ...pipe, outIsTerminal: true })
      .trimEnd()
      .split('\n'))
      expect(line.length).toBeLessThanOrEqual(20);
  });
  test('a name cannot command the terminal', () =>
    expect(table([{ name: '\u001b[2Jgone\nnew', state: '' }], columns, pipe)).not.toMatch(/\u001b|gone\n/));
});

test.each([
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, 'never', false, true],
  [{ FORCE_COLOR: '0' }, 'always', true, false],
  [{ NO_COLOR: '1' }, 'always', false, true],
  [{ NO_COLOR: '1' }, 'auto', true, false],
  [{ TERM: 'dumb' }, 'auto', true, false],
  [{}, 'auto', true, true],
  [{}, 'auto', false, false],
] as const)('colour: %j, --color=%s, terminal %s → %s', (environment, choice, isTerminal, expected) => {
  expect(wantsColour(environment, choice, isTerminal)).toBe(expected);
});

test.each([
  ['3h', 10_800_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['0s', undefined],
  ['3', undefined],
  ['h', undefined],
  ['-3h', undefined],
])('%s is %s ms', (written, ms) => expect(parseDuration(written)).toBe(ms));

test('ages have one unit and durations two', () => {
  expect([age(59_000), age(240_000), age(90_000_000)]).toEqual(['59s', '4m', '1d']);
  expect([duration(400), duration(80_000), duration(3_660_000), duration(null)]).toEqual([
    '0.4s',
    '1m 20s',
    '1h 1m',
    '-',
  ]);
});

test.each([
  ['resbumit', 'resubmit'],
  ['cancle', 'cancel'],
  ['Show', 'show'],
  ['xyz', undefined],
])('%s was probably meant as %s', (written, meant) => {
  expect(didYouMean(written, ['resubmit', 'cancel', 'show'])).toBe(meant);
});
