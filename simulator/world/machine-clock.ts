import type { Timeline } from './timeline.ts';

/** 1 January 2026, when every world begins. */
export const WORLD_BEGINS_MS = 1_767_225_600_000;

/** The clocks of one machine: they may run fast or slow, be set, and stand still while it sleeps. */
export class MachineClock {
  readonly #timeline: Timeline;
  readonly #rate: number;
  #setMs = 0;
  #bootedAtMs = 0;
  #sleptMs = 0;
  #asleepSinceMs = 0;
  #asleepUntilMs = 0;

  constructor(timeline: Timeline, drift = 0) {
    this.#timeline = timeline;
    this.#rate = 1 + drift;
  }

  wallMs(): number {
    return Math.floor(WORLD_BEGINS_MS + this.#timeline.nowMs * this.#rate + this.#setMs);
  }

  /** Since the machine started, time asleep included. */
  bootMs(): number {
    return Math.floor(this.#upMs());
  }

  /** The same without the time asleep. */
  monotonicMs(): number {
    return this.#upMs() - this.#sleptMs * this.#rate - this.#sleepingMs() * this.#rate;
  }

  /** How long the world takes for so much time of this machine. */
  worldMs(ownMs: number): number {
    return ownMs / this.#rate;
  }

  get asleepUntilMs(): number {
    return this.#asleepUntilMs;
  }

  /** How far it was set from where it ran by itself. */
  get setMs(): number {
    return this.#setMs;
  }

  set(byMs: number): void {
    this.#setMs += byMs;
  }

  /** As its operator sees to it. */
  setRight(): void {
    this.#setMs = 0;
  }

  reboot(): void {
    this.#bootedAtMs = this.#timeline.nowMs;
    this.#sleptMs = 0;
    this.#asleepUntilMs = 0;
  }

  sleep(forMs: number): void {
    const { nowMs } = this.#timeline;
    if (nowMs < this.#asleepUntilMs) return;
    this.#sleptMs += Math.max(0, this.#asleepUntilMs - this.#asleepSinceMs);
    this.#asleepSinceMs = nowMs;
    this.#asleepUntilMs = nowMs + forMs;
  }

  wake(): void {
    this.#asleepUntilMs = Math.min(this.#asleepUntilMs, this.#timeline.nowMs);
  }

  #upMs(): number {
    return (this.#timeline.nowMs - this.#bootedAtMs) * this.#rate;
  }

  #sleepingMs(): number {
    if (this.#asleepUntilMs === 0) return 0;
    return Math.min(this.#timeline.nowMs, this.#asleepUntilMs) - this.#asleepSinceMs;
  }
}
