import type { BenchReport } from './report.ts';
import { median, percentile, rounded } from './statistics.ts';

/** One side's reports of a benchmark, a round each. */
export type Rounds = readonly BenchReport[];

export type Verdict = 'not slower' | 'in doubt' | 'slower';

export interface FigureRow {
  readonly bench: string;
  /** The way to the figure in the report, for example `levels.0.p99Ms`. */
  readonly figure: string;
  readonly earlier: readonly number[];
  readonly now: readonly number[];
  /** Of the middles, now by earlier. */
  readonly ratio: number;
  /** Left out for a peer or floor: it shows how the machine's mood differed between the two sides. */
  readonly verdict?: Verdict;
}

/** A difference that nobody would feel, and that a machine alone makes between two runs of the same program. */
const TOLERATED = 1.05;
/** With fewer rounds on each side, all of one side are above all of the other too often by chance. */
const SLOWER_ROUNDS_MIN = 3;

/** Units that a figure's name ends with, of which less is better; of rates more is. Other numbers say what was done. */
const LESS = /(?:Ms|MB|Mb|KbEach|cores)$/;
const MORE = /PerSecond/;
/** What the benchmark itself uses is nobody's figure. */
const OWN_USE = 'stubs';

/** Every figure that both sides have. */
export function compared(earlier: Rounds, now: Rounds): readonly FigureRow[] {
  const bench = now[0]?.bench ?? '';
  const rowsOf = (side: 'ours' | 'peer'): FigureRow[] => {
    const [before, after] = [earlier, now].map((rounds) => figuresOf(rounds.map((round) => round[side] ?? {})));
    return [...(after ?? [])].flatMap(([name, values]) => {
      const old = before?.get(name);
      if (old === undefined) return [];
      const ratio = rounded(median(values) / median(old));
      const row = { bench, earlier: old, now: values, ratio };
      return side === 'peer'
        ? [{ ...row, figure: `peer ${name}` }]
        : [{ ...row, figure: name, verdict: verdictOf(name, old, values) }];
    });
  };
  return [...rowsOf('ours'), ...rowsOf('peer')];
}

/**
 * Not slower is what is within the tolerance or better. Slower needs every round to be worse than every earlier one;
 * what lies between is in doubt, and more rounds tell.
 */
export function verdictOf(figure: string, earlier: readonly number[], now: readonly number[]): Verdict {
  const isLessBetter = LESS.test(figure);
  const [before, after] = isLessBetter ? [earlier, now] : [now, earlier];
  if (median(after) <= median(before) * TOLERATED) return 'not slower';
  const areApart = Math.min(...after) > Math.max(...before);
  return areApart && Math.min(earlier.length, now.length) >= SLOWER_ROUNDS_MIN ? 'slower' : 'in doubt';
}

function figuresOf(rounds: readonly Readonly<Record<string, unknown>>[]): Map<string, number[]> {
  const figures = new Map<string, number[]>();
  for (const round of rounds)
    for (const [name, value] of flat(round)) {
      if (LESS.test(name) || MORE.test(name)) figures.set(name, [...(figures.get(name) ?? []), value]);
    }
  return figures;
}

function flat(value: unknown, path: readonly string[] = []): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === OWN_USE ? [] : flat(inner, [...path, key])));
}

/** As a table for a page or a terminal; whether the goal was met stands beside the first figure of a benchmark. */
export const tableHead = (earlier: string): string =>
  [
    lineOf(['Name', 'Figure', `Earlier, ${earlier}`, 'Now', 'Now/earlier', 'Verdict', 'Goal']),
    `|${WIDTHS.map(() => '---').join('|')}|`,
  ].join('\n');

export function tableOf(rows: readonly FigureRow[], goal: string): string {
  return rows
    .map(({ bench, figure, earlier, now, ratio, verdict }, index) =>
      lineOf([
        index === 0 ? `\`${bench}\`` : '',
        figure,
        spreadOf(earlier),
        spreadOf(now),
        String(ratio),
        verdict ?? '',
        index === 0 ? goal : '',
      ]),
    )
    .join('\n');
}

/** In how many rounds of each side the goal was met. */
export function goalOf(earlier: Rounds, now: Rounds): string {
  const metIn = (rounds: Rounds): string => `${rounds.filter(({ met }) => met).length} of ${rounds.length}`;
  const goal = now[0]?.goal;
  return goal === undefined ? '' : `${goal}: met in ${metIn(earlier)}, now in ${metIn(now)}`;
}

/** One sentence for the end: how many of each, and which are slower or in doubt. */
export function summaryOf(rows: readonly FigureRow[]): string {
  const named = (verdict: Verdict): string => {
    const found = rows.filter((row) => row.verdict === verdict);
    const names = found.map(({ bench, figure, ratio }) => `${bench} ${figure} ${ratio}`);
    return `${found.length} ${verdict}${verdict === 'not slower' || found.length === 0 ? '' : ` (${names.join(', ')})`}`;
  };
  return `${(['not slower', 'in doubt', 'slower'] as const).map(named).join('; ')}.`;
}

/** The middle, and the least and the most where there are several rounds. */
function spreadOf(values: readonly number[]): string {
  const text = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  const middle = text(median(values));
  return values.length === 1 ? middle : `${middle} (${text(percentile(values, 0))} to ${text(percentile(values, 1))})`;
}

const WIDTHS = [13, 32, 32, 32, 11, 10, 0] as const;
const lineOf = (cells: readonly string[]): string =>
  `| ${cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(' | ')} |`;
