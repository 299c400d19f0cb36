/** Something that will happen; called off, it does not. */
interface Event {
  readonly atMs: number;
  readonly order: number;
  act: (() => void) | undefined;
}

/** After so many events Node has a turn of its own, so that signals and rejections are heard. */
const EVENTS_PER_TURN = 5_000;

/**
 * Virtual time: one queue of events, and nothing happens between two of them. What promises still have to do after an
 * event is done before the next, in the order that the language fixes; so the same seed gives the same story.
 */
export class Timeline {
  #nowMs = 0;
  #order = 0;
  #happened = 0;
  readonly #heap: Event[] = [];
  #stopped: Error | undefined;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events so far. */
  get happened(): number {
    return this.#happened;
  }

  get waiting(): number {
    return this.#heap.length;
  }

  /** Answers how to call it off. */
  schedule(delayMs: number, act: () => void): () => void {
    this.#order += 1;
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, act };
    this.#push(event);
    return () => {
      event.act = undefined;
    };
  }

  /** Nothing happens any more; `runUntil` rejects with this. */
  stop(because: Error): void {
    this.#stopped ??= because;
  }

  /** Lets time pass up to a moment; rejects with the first error that an event throws. */
  async runUntil(endMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const turn = (): void => {
      try {
        if (this.#stopped !== undefined) throw this.#stopped;
        for (;;) {
          const next = this.#heap[0];
          if (next === undefined || next.atMs > endMs) break;
          this.#pop();
          const { act } = next;
          if (act === undefined) continue;
          next.act = undefined;
          this.#nowMs = next.atMs;
          this.#happened += 1;
          act();
          if (this.#happened % EVENTS_PER_TURN === 0) setImmediate(turn);
          // A tick that a microtask asks for comes after all microtasks: whatever follows from the event is done then.
          else queueMicrotask(() => process.nextTick(turn));
          return;
        }
        this.#nowMs = endMs;
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    };
    setImmediate(turn);
    await promise;
  }

  /** Whether nothing at all waits any more, calls that were called off aside. */
  countWaiting(): number {
    return this.#heap.filter((event) => event.act !== undefined).length;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isBefore(event, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[place] = heap[child] as Event;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
