import type { FlowLocation, FlowObserver, LogLevel, Masker, StatementEvent } from '@deskhand/robin';
import { limits } from '@deskhand/protocol/limits.ts';
import type { EventSink } from './event-sink.ts';

/** Lines leave together, at the latest after this time, so that a person sees them live. */
export const LOG_FLUSH_INTERVAL_MS = 50;
export const LOG_FLUSH_BYTES = 64 * 1024;
/** When the log of a run is full, problems and the flow's own messages still find this room. */
export const LOG_LINES_FOR_PROBLEMS = 2_000;
const LOG_MESSAGE_CHARS_MAX = limits.LOG_LINE_BYTES_MAX;

export interface ActionLogOptions {
  readonly sink: Pick<EventSink, 'log'>;
  readonly level: 'all' | 'problems';
  readonly masker: Masker;
  /** Wall-clock time when the flow began. */
  readonly startedAtMs: number;
  readonly nowMs: () => number;
  /** Unbounded where a person's own disk or terminal takes the lines. */
  readonly linesMax: number;
}

/** Turns what a flow does into numbered lines of its log. */
export interface ActionLog {
  readonly observer: FlowObserver;
  readonly flush: () => void;
  readonly close: () => { readonly lastLogSeq: number; readonly logLinesLost: number };
}

export function createActionLog(options: ActionLogOptions): ActionLog {
  return new BatchedLog(options);
}

class BatchedLog implements ActionLog {
  readonly observer: FlowObserver;
  readonly #options: ActionLogOptions;
  readonly #places = new Map<FlowLocation, string>();
  readonly #names = new Map<string, string>();
  #lines: string[] = [];
  #bytes = 0;
  #seq = 0;
  #lost = 0;
  #flushedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastAtMs = Number.NaN;
  #lastAt = '';

  constructor(options: ActionLogOptions) {
    this.#options = options;
    this.#flushedAtMs = options.startedAtMs;
    this.observer = {
      onStatement: (event) => this.#statement(event),
      onLog: (level, message, location) => this.#message(level, message, location),
    };
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    if (this.#options.sink.log(lines, this.#seq)) return;
    // Numbers have no gaps: what found no room was never numbered.
    this.#seq -= lines.length;
    this.#lost += lines.length;
  }

  close(): { readonly lastLogSeq: number; readonly logLinesLost: number } {
    this.flush();
    return { lastLogSeq: this.#seq, logLinesLost: this.#lost };
  }

  #statement(event: StatementEvent): void {
    const isProblem = event.status !== 'succeeded';
    if (!isProblem && this.#options.level === 'problems') return;
    const message = event.errorMessage === undefined ? '' : this.#masked(event.errorMessage);
    const level = event.status === 'failed' ? 'error' : isProblem ? 'warning' : 'info';
    const atMs = this.#options.startedAtMs + event.startedMs;
    this.#add(
      isProblem,
      atMs,
      `"level":"${level}",${this.#place(event.location)},"action":${this.#name(event.name)},"durationMs":${
        Math.round(event.durationMs * 1000) / 1000
      },"status":"${event.status}","message":${message === '' ? '""' : JSON.stringify(message)}`,
    );
  }

  #message(level: LogLevel, message: string, location: FlowLocation): void {
    const text = JSON.stringify(this.#masked(message));
    this.#add(
      true,
      this.#options.nowMs(),
      `"level":"${level}",${this.#place(location)},"action":"","durationMs":null,"status":"message","message":${text}`,
    );
  }

  #add(isKept: boolean, atMs: number, rest: string): void {
    const room = this.#options.linesMax - (isKept ? 0 : LOG_LINES_FOR_PROBLEMS);
    if (this.#seq >= room) {
      this.#lost++;
      return;
    }
    this.#seq++;
    const line = `{"seq":${this.#seq},"at":"${this.#time(atMs)}",${rest}}`;
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#flushWhenDue(atMs);
  }

  #flushWhenDue(atMs: number): void {
    const isFull = this.#bytes >= LOG_FLUSH_BYTES || this.#lines.length >= limits.LOG_LINES_PER_MESSAGE_MAX;
    // Timers wait while a flow computes, so the lines' own times are looked at as well.
    if (isFull || atMs - this.#flushedAtMs >= LOG_FLUSH_INTERVAL_MS) {
      this.#flushedAtMs = atMs;
      this.flush();
    } else this.#timer ??= setTimeout(() => this.flush(), LOG_FLUSH_INTERVAL_MS);
  }

  #masked(message: string): string {
    return this.#options.masker.maskText(message).slice(0, LOG_MESSAGE_CHARS_MAX);
  }

  /** Many lines fall into the same millisecond, and printing a time is the dearest part of a line. */
  #time(atMs: number): string {
    const whole = Math.floor(atMs);
    if (whole !== this.#lastAtMs) {
      this.#lastAtMs = whole;
      this.#lastAt = new Date(whole).toISOString();
    }
    return this.#lastAt;
  }

  #place(location: FlowLocation): string {
    let text = this.#places.get(location);
    if (text === undefined) {
      const { subflow, line, actionIndex } = location;
      text = `"subflow":${JSON.stringify(subflow.slice(0, 200))},"line":${line},"actionIndex":${actionIndex}`;
      this.#places.set(location, text);
    }
    return text;
  }

  #name(name: string): string {
    let text = this.#names.get(name);
    if (text === undefined) {
      text = JSON.stringify(name.slice(0, 300));
      this.#names.set(name, text);
    }
    return text;
  }
}
