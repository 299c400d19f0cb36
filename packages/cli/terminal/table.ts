import type { Terminal } from './terminal.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string;
  /** Of several columns that do not fit, the one with the highest number is cut first. */
  readonly cut?: number;
}

const GAP = '  ';
const COLUMN_CHARACTERS_MIN = 8;

/** A table without borders. Columns are cut to the width of a terminal only; a pipe receives everything. */
export function table<T>(items: readonly T[], columns: readonly Column<T>[], terminal: Terminal): string {
  const rows = [
    columns.map(({ title }) => title.toUpperCase()),
    ...items.map((item) => columns.map((c) => oneLine(c.cell(item)))),
  ];
  const natural = columns.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const widths = terminal.outIsTerminal ? fit(natural, columns, terminal.width) : natural;
  return rows.map((row) => `${layOut(row, widths, terminal)}\n`).join('');
}

// Control characters in a name must not reach the terminal as commands to it.
// biome-ignore lint: the pattern is about control characters
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

function fit<T>(natural: readonly number[], columns: readonly Column<T>[], width: number): readonly number[] {
  const widths = [...natural];
  const order = columns
    .map((column, index) => ({ index, cut: column.cut ?? 0 }))
    .filter(({ cut }) => cut > 0)
    .sort((a, b) => b.cut - a.cut);
  for (const { index } of order) {
    const surplus = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
    if (surplus <= 0) break;
    widths[index] = Math.max(COLUMN_CHARACTERS_MIN, (widths[index] ?? 0) - surplus);
  }
  return widths;
}

function layOut(row: readonly string[], widths: readonly number[], terminal: Terminal): string {
  const cells = row.map((cell, index) => {
    const width = widths[index] ?? cell.length;
    const shown = cell.length > width ? `${cell.slice(0, width - 1)}${terminal.unicode ? '…' : '.'}` : cell;
    return index === row.length - 1 ? shown : shown.padEnd(width);
  });
  return cells.join(GAP).trimEnd();
}
