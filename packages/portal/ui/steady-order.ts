/**
 * Keeps rows where they are while somebody points at them or has focus in them: rows already shown keep their order and
 * take their new values, rows that are gone leave, and new ones wait until the table is free.
 */
export interface SteadyRows<T> {
  readonly rows: readonly T[];
  /** How many rows are missing or elsewhere than the server says. */
  readonly pending: number;
}

export function steadyOrder<T>(
  shownKeys: readonly string[],
  latest: readonly T[],
  keyOf: (row: T) => string,
): SteadyRows<T> {
  const byKey = new Map(latest.map((row) => [keyOf(row), row]));
  const rows = shownKeys.flatMap((key) => {
    const row = byKey.get(key);
    return row === undefined ? [] : [row];
  });
  const pending = latest.filter((row, index) => rows[index] === undefined || keyOf(rows[index]) !== keyOf(row)).length;
  return { rows, pending };
}
