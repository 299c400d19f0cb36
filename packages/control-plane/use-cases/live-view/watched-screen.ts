import { nextFrameAfterMs } from '@deskhand/domain/live-view/frame-pace.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { ScreenEnd } from '@deskhand/protocol/live-view.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';

/** From the beginning, or from one word of the gateway, to the next. */
export const FRAME_WAIT_MAX_MS = 20_000;
/** How soon it is looked again whether somebody has taken the last frame. */
const TAKEN_LOOK_MS = 200;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export interface Frame {
  readonly at: Date;
  readonly png: Buffer;
}

/** One person who looks, over whatever carries the pictures to them. */
export interface Watcher {
  readonly name: string;
  readonly show: (frame: Frame) => void;
  /** Bytes that were shown and are not on their way yet. */
  readonly bytesWaiting: () => number;
  /** Nothing comes after it. */
  readonly end: (because: ScreenEnd) => void;
}

/** Where frames come from: the gateway's own connection for this watch. */
export interface FrameSource {
  /** Asks for one frame. */
  readonly next: () => void;
  readonly close: () => void;
}

/** What the connection of the gateway tells. */
export interface FrameIntake {
  readonly frame: (png: Buffer) => void;
  readonly same: () => void;
  readonly closed: (isRunOver: boolean) => void;
}

export interface ScreenParts {
  readonly timers: Timers;
  readonly now: () => Date;
  /** Other people watch than before; an empty list says that nobody does, and is the last word. */
  readonly watchersChanged: (names: readonly string[]) => void;
}

/**
 * The screen of one attempt and the people who look at it. The next frame is asked for when one of them has taken the last
 * one; whoever is behind misses frames and delays nobody. The newest frame stays in memory for those who come later.
 */
export class WatchedScreen {
  readonly #parts: ScreenParts;
  readonly #watchers = new Set<Watcher>();
  #source: FrameSource | undefined;
  #askedAtMs: number | undefined;
  #last: Frame | undefined;
  #callOffSilence: () => void;
  #callOffNext: () => void = () => undefined;
  #isOver = false;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
    this.#callOffSilence = this.#listen();
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  join(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.#last !== undefined) watcher.show(this.#last);
    this.#tellWatchers();
  }

  leave(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    if (this.#watchers.size === 0) this.#stop();
    else this.#tellWatchers();
  }

  end(because: ScreenEnd): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    this.#stop();
    for (const watcher of watchers) watcher.end(because);
  }

  /** A gateway that lost its connection comes with another one, which takes the place of the first. */
  open(source: FrameSource): FrameIntake {
    this.#source?.close();
    this.#source = source;
    this.#ask();
    const isCurrent = (): boolean => this.#source === source && !this.#isOver;
    return {
      frame: (png) => {
        if (isCurrent()) this.#take(png);
      },
      same: () => {
        if (isCurrent()) this.#answered(0);
      },
      closed: (isRunOver) => {
        if (!isCurrent()) return;
        this.#source = undefined;
        if (isRunOver) this.end('run-ended');
      },
    };
  }

  #take(png: Buffer): void {
    // Browsers are shown these bytes, so nothing but a picture of a bearable size is passed on.
    const isPicture = png.length <= limits.FRAME_BYTES_MAX && png.subarray(0, 8).equals(PNG_SIGNATURE);
    if (this.#askedAtMs === undefined || !isPicture) return this.end('gateway-left');
    this.#last = { at: this.#parts.now(), png };
    for (const watcher of this.#watchers) if (watcher.bytesWaiting() === 0) watcher.show(this.#last);
    this.#answered(png.length);
  }

  #answered(bytes: number): void {
    if (this.#askedAtMs === undefined) return;
    const tookMs = this.#parts.timers.nowMs() - this.#askedAtMs;
    this.#askedAtMs = undefined;
    this.#callOffSilence();
    this.#callOffSilence = this.#listen();
    this.#later(nextFrameAfterMs({ tookMs, bytes }));
  }

  #later(delayMs: number): void {
    this.#callOffNext();
    this.#callOffNext = this.#parts.timers.after(delayMs, () => {
      const isTaken = [...this.#watchers].some((watcher) => watcher.bytesWaiting() === 0);
      if (isTaken) this.#ask();
      else this.#later(TAKEN_LOOK_MS);
    });
  }

  #ask(): void {
    if (this.#source === undefined) return;
    this.#askedAtMs = this.#parts.timers.nowMs();
    this.#source.next();
  }

  #listen(): () => void {
    return this.#parts.timers.after(FRAME_WAIT_MAX_MS, () => {
      const isTaken = [...this.#watchers].some((watcher) => watcher.bytesWaiting() === 0);
      if (!isTaken) this.end('too-slow');
      else this.end(this.#last === undefined ? 'no-picture' : 'gateway-left');
    });
  }

  #tellWatchers(): void {
    this.#parts.watchersChanged([...this.#watchers].map((watcher) => watcher.name));
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#callOffSilence();
    this.#callOffNext();
    this.#tellWatchers();
    this.#source?.close();
  }
}
