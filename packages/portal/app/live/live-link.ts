import type { LiveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { type Fold, foldEvents } from './fold-events.ts';

export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'paused';

export interface LiveState {
  readonly status: LiveStatus;
  /** When the link last said anything; what the pages show is as of then. */
  readonly lastHeardAtMs: number;
  readonly lostAtMs: number | null;
}

const PAINT_INTERVAL_MS = 250;
/** A longer burst is dropped and everything asked again, which costs less than folding it. */
const EVENTS_BUFFERED_MAX = 5_000;

/** What one attempt to hold a stream hears. */
export interface StreamEars {
  readonly opened: () => void;
  readonly lost: () => void;
  readonly message: (text: string) => void;
  readonly beat: () => void;
}
/** Answers how to close it; nothing is heard after that. */
export type OpenStream = (ears: StreamEars) => () => void;

interface LiveLinkOptions {
  readonly openStream: OpenStream;
  readonly timers: Timers;
  readonly wallMs: () => number;
  readonly pace: LiveLinkPace;
  readonly onFold: (fold: Fold) => void;
  /** Asks everything on the page again: when the stream opens, every five seconds without it, every minute with it. */
  readonly onRefresh: () => void;
}

/** The one event stream of a tab: folds bursts, reconnects, and polls while the link is lost. */
export class LiveLink {
  readonly #options: LiveLinkOptions;
  readonly #listeners = new Set<() => void>();
  #closeStream: (() => void) | undefined;
  #buffer: LiveEvent[] = [];
  #stopFlush: (() => void) | undefined;
  #stopRetry: (() => void) | undefined;
  #stopAsking: (() => void) | undefined;
  #stopSilence: (() => void) | undefined;
  #state: LiveState;

  constructor(options: LiveLinkOptions) {
    this.#options = options;
    this.#state = { status: 'connecting', lastHeardAtMs: options.wallMs(), lostAtMs: null };
  }

  get state(): LiveState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  open(): void {
    if (this.#closeStream) return;
    this.#closeStream = this.#options.openStream({
      opened: () => this.#onOpen(),
      lost: () => this.#onLost(),
      message: (text) => this.#take(text),
      beat: () => this.#heard(),
    });
    // One that never opens is silent as well.
    this.#heard();
  }

  close(): void {
    this.#closeStream?.();
    this.#closeStream = undefined;
    this.#stopTimers();
    this.#buffer = [];
  }

  pause(): void {
    this.close();
    this.#set({ status: 'paused', lostAtMs: null });
  }

  resume(): void {
    this.#set({ status: 'connecting' });
    this.open();
  }

  #onOpen(): void {
    const { timers, pace, onRefresh, wallMs } = this.#options;
    this.#stopTimers();
    this.#set({ status: 'live', lastHeardAtMs: wallMs(), lostAtMs: null });
    this.#stopAsking = timers.every(pace.refreshIntervalMs, onRefresh);
    this.#heard();
    // The first time too: what changed after the pages were read and before the stream opened was told to nobody.
    onRefresh();
  }

  #onLost(): void {
    const { timers, pace, onRefresh, wallMs } = this.#options;
    const isPolling = this.#state.status === 'reconnecting' && this.#stopAsking !== undefined;
    this.#closeStream?.();
    this.#closeStream = undefined;
    this.#stopSilence?.();
    this.#set({ status: 'reconnecting', lostAtMs: this.#state.lostAtMs ?? wallMs() });
    if (!isPolling) {
      this.#stopAsking?.();
      this.#stopAsking = timers.every(pace.pollIntervalMs, onRefresh);
    }
    this.#stopRetry?.();
    this.#stopRetry = timers.after(pace.reconnectAfterMs, () => this.open());
  }

  /** A link that broke where nobody saw it, or whose server stands still, is given up after a silence. */
  #heard(): void {
    const { timers, pace } = this.#options;
    this.#stopSilence?.();
    this.#stopSilence = timers.after(pace.silenceMaxMs, () => this.#onLost());
  }

  #take(text: string): void {
    this.#heard();
    const event = readEvent(text);
    if (!event) return;
    if (this.#buffer.length < EVENTS_BUFFERED_MAX) this.#buffer.push(event);
    else this.#buffer = [{ type: 'reload', data: {} }];
    this.#stopFlush ??= this.#options.timers.after(PAINT_INTERVAL_MS, () => this.#flush());
  }

  #flush(): void {
    const events = this.#buffer;
    this.#buffer = [];
    this.#stopFlush = undefined;
    this.#set({ lastHeardAtMs: this.#options.wallMs() });
    this.#options.onFold(foldEvents(events));
  }

  #stopTimers(): void {
    for (const stop of [this.#stopFlush, this.#stopRetry, this.#stopAsking, this.#stopSilence]) stop?.();
    this.#stopFlush = undefined;
    this.#stopAsking = undefined;
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function readEvent(text: string): LiveEvent | undefined {
  try {
    return JSON.parse(text) as LiveEvent;
  } catch {
    // A line cut by a proxy; the next refresh brings what it said.
    return undefined;
  }
}
