/** Rows in a total order, found by halving: the index of a query that asks for the first ones. */
export class SortedRows<Row> {
  readonly #compare: (a: Row, b: Row) => number;
  readonly #rows: Row[] = [];

  constructor(compare: (a: Row, b: Row) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#rows.length;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** How many rows come before this one. */
  rankOf(row: Row): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#rows[middle] as Row, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(row: Row): void {
    const last = this.#rows.at(-1);
    if (last === undefined || this.#compare(last, row) < 0) this.#rows.push(row);
    else this.#rows.splice(this.rankOf(row), 0, row);
  }

  /** Puts a newer row where an older one of the same place in the order is. */
  replace(before: Row, after: Row): void {
    this.#rows[this.#rankOfMember(before)] = after;
  }

  remove(row: Row): void {
    this.#rows.splice(this.#rankOfMember(row), 1);
  }

  #rankOfMember(row: Row): number {
    const rank = this.rankOf(row);
    const found = this.#rows[rank];
    if (found === undefined || this.#compare(found, row) !== 0) throw new Error('The row was not in its index.');
    return rank;
  }
}
