/** What a transaction has done so far, backwards: a refused one leaves nothing behind. */
export type Undo = (undo: () => void) => void;

/** One table by its key, in order of insertion. Rows are replaced, never changed, so that copying the map copies the table. */
export class Table<Row, Key extends string | number = string> {
  #rows: Map<Key, Row> = new Map();
  readonly #undo: Undo;

  constructor(undo: Undo) {
    this.#undo = undo;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  values(): MapIterator<Row> {
    return this.#rows.values();
  }

  set(key: Key, row: Row): void {
    const before = this.#rows.get(key);
    this.#rows.set(key, row);
    this.#undo(() => {
      if (before === undefined) this.#rows.delete(key);
      else this.#rows.set(key, before);
    });
  }

  delete(key: Key): boolean {
    const before = this.#rows.get(key);
    if (before === undefined) return false;
    // Put back, the row stands last instead of where it was; nobody is promised an order without asking for one.
    this.#rows.delete(key);
    this.#undo(() => this.#rows.set(key, before));
    return true;
  }

  copy(): ReadonlyMap<Key, Row> {
    return new Map(this.#rows);
  }

  restore(rows: ReadonlyMap<Key, Row>): void {
    this.#rows = new Map(rows);
  }
}
