import type { Timers } from '@deskhand/protocol/timers.ts';
import type { MachineClock } from './machine-clock.ts';
import type { Timeline } from './timeline.ts';

/**
 * One program from its start to its end. Whatever the world has to say to it goes through `hear`: while the program stands
 * still it waits, and after its end nobody hears it.
 */
export class Life {
  readonly #timeline: Timeline;
  readonly #clock: MachineClock;
  #isOver = false;
  #stillUntilMs = 0;
  #waiting = 0;
  /** What was said to it while it stood still. */
  readonly #held: (() => void)[] = [];
  readonly #atEnd: (() => void)[] = [];
  readonly timers: Timers;

  constructor(timeline: Timeline, clock: MachineClock) {
    this.#timeline = timeline;
    this.#clock = clock;
    this.timers = {
      nowMs: () => clock.monotonicMs(),
      after: (delayMs, act) => this.#after(delayMs, act),
      every: (intervalMs, act) => this.#every(intervalMs, act),
    };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Timers that wait, for the check that none is left behind. */
  get timersWaiting(): number {
    return this.#waiting;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const act of this.#atEnd) act();
  }

  onEnd(act: () => void): void {
    this.#atEnd.push(act);
  }

  /** Stands still, as a stopped process or a frozen machine does, and goes on later with all that came meanwhile. */
  standStill(forMs: number): void {
    this.#stillUntilMs = Math.max(this.#stillUntilMs, this.#timeline.nowMs + forMs);
  }

  /** From now on, whatever it was to wait for; it hears at once what came meanwhile. */
  goOn(): void {
    this.#stillUntilMs = this.#timeline.nowMs;
    if (this.#held.length > 0) this.#timeline.schedule(0, () => this.#hearHeld());
  }

  get isStill(): boolean {
    return this.#timeline.nowMs < Math.max(this.#stillUntilMs, this.#clock.asleepUntilMs);
  }

  /** Now, or when it goes on; in the order in which it came. */
  hear(act: () => void): void {
    if (this.#isOver) return;
    if (this.#held.length === 0 && !this.isStill) {
      act();
      return;
    }
    this.#held.push(act);
    if (this.#held.length === 1) this.#hearHeldLater();
  }

  #hearHeldLater(): void {
    const untilMs = Math.max(this.#stillUntilMs, this.#clock.asleepUntilMs);
    this.#timeline.schedule(untilMs - this.#timeline.nowMs, () => this.#hearHeld());
  }

  /** One after the other, so that what follows from each is done before the next. */
  #hearHeld(): void {
    if (this.#isOver || this.#held.length === 0) return;
    if (!this.isStill) this.#held.shift()?.();
    if (this.#held.length > 0) this.#hearHeldLater();
  }

  /** An answer from outside, which reaches a program only while it lives and does not stand still. */
  answer<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      work.then(
        (value) => this.hear(() => resolve(value)),
        (error: unknown) => this.hear(() => reject(error as Error)),
      );
    });
  }

  /** Resolves after so long by the world's time, unless the life is over. */
  async later(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.#timeline.schedule(delayMs, () => this.hear(resolve)));
  }

  #after(delayMs: number, act: () => void): () => void {
    if (this.#isOver) return () => undefined;
    const dueMs = this.#clock.monotonicMs() + delayMs;
    let callOff = (): void => undefined;
    let isDone = false;
    const finish = (): void => {
      if (!isDone) this.#waiting -= 1;
      isDone = true;
    };
    const look = (): void => {
      if (isDone || this.#isOver) return;
      // A machine that slept has its timers later by so much.
      const leftMs = this.#clock.worldMs(dueMs - this.#clock.monotonicMs());
      if (leftMs > 0.001) callOff = this.#timeline.schedule(leftMs, () => this.hear(look));
      else {
        finish();
        act();
      }
    };
    this.#waiting += 1;
    callOff = this.#timeline.schedule(this.#clock.worldMs(delayMs), () => this.hear(look));
    return () => {
      finish();
      callOff();
    };
  }

  #every(intervalMs: number, act: () => void): () => void {
    let callOff = (): void => undefined;
    const next = (): void => {
      callOff = this.#after(intervalMs, () => {
        next();
        act();
      });
    };
    next();
    return () => callOff();
  }
}
