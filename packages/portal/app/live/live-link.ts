import type { LiveEvent } from '@deskhand/protocol/http/system.ts';
import { type Fold, foldEvents } from './fold-events.ts';

export type LiveStatus = 'connecting' | 'live' | 'reconnecting' | 'paused';

export interface LiveState {
  readonly status: LiveStatus;
  /** When the link last said anything; what the pages show is as of then. */
  readonly lastHeardAtMs: number;
  readonly lostAtMs: number | null;
}

const PAINT_INTERVAL_MS = 250;
const POLL_INTERVAL_MS = 5_000;
const RECONNECT_AFTER_MS = 3_000;
/** A longer burst is dropped and everything asked again, which costs less than folding it. */
const EVENTS_BUFFERED_MAX = 5_000;
const EVENT_NAMES = ['run', 'run-log', 'run-queue', 'gateway', 'changed', 'reload'] as const;

interface LiveLinkOptions {
  readonly url: string;
  readonly onFold: (fold: Fold) => void;
  /** Asks everything on the page again: after a pause, after a gap, and every five seconds without a link. */
  readonly onRefresh: () => void;
}

/** The one event stream of a tab: folds bursts, reconnects, and polls while the link is lost. */
export class LiveLink {
  readonly #options: LiveLinkOptions;
  readonly #listeners = new Set<() => void>();
  #source: EventSource | undefined;
  #buffer: LiveEvent[] = [];
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setInterval> | undefined;
  #state: LiveState = { status: 'connecting', lastHeardAtMs: Date.now(), lostAtMs: null };

  constructor(options: LiveLinkOptions) {
    this.#options = options;
  }

  get state(): LiveState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  open(): void {
    if (this.#source) return;
    const source = new EventSource(this.#options.url, { withCredentials: true });
    this.#source = source;
    source.addEventListener('open', () => this.#onOpen());
    source.addEventListener('error', () => this.#onLost());
    const take = (message: MessageEvent<string>) => this.#take(message);
    source.addEventListener('message', take);
    for (const name of EVENT_NAMES) source.addEventListener(name, take as EventListener);
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
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
    this.#options.onRefresh();
  }

  #onOpen(): void {
    const cameBack = this.#state.lostAtMs !== null;
    this.#stopTimers();
    this.#set({ status: 'live', lastHeardAtMs: Date.now(), lostAtMs: null });
    if (cameBack) this.#options.onRefresh();
  }

  #onLost(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#set({ status: 'reconnecting', lostAtMs: this.#state.lostAtMs ?? Date.now() });
    this.#pollTimer ??= setInterval(() => this.#options.onRefresh(), POLL_INTERVAL_MS);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.open(), RECONNECT_AFTER_MS);
  }

  #take(message: MessageEvent<string>): void {
    const event = readEvent(message.data);
    if (!event) return;
    if (this.#buffer.length < EVENTS_BUFFERED_MAX) this.#buffer.push(event);
    else this.#buffer = [{ type: 'reload', data: {} }];
    this.#flushTimer ??= setTimeout(() => this.#flush(), PAINT_INTERVAL_MS);
  }

  #flush(): void {
    const events = this.#buffer;
    this.#buffer = [];
    this.#flushTimer = undefined;
    this.#set({ lastHeardAtMs: Date.now() });
    this.#options.onFold(foldEvents(events));
  }

  #stopTimers(): void {
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#retryTimer);
    clearInterval(this.#pollTimer);
    this.#flushTimer = undefined;
    this.#pollTimer = undefined;
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
