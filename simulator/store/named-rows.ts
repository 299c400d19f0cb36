/** As an index on the lower-case name orders and compares rows. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

interface NamedRow {
  readonly id: string;
  readonly name: string;
}

/** Whether another row of these has the name. */
export function isTaken(rows: Iterable<NamedRow>, row: NamedRow): boolean {
  return [...rows].some((other) => other.id !== row.id && byName(other, row) === 0);
}

/** The columns that a change names; undefined ones are left as they are. */
export function given<Change extends object>(change: Change): Required<Change> | Partial<Change> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<Change>;
}
