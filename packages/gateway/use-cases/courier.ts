import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { AttemptFacts } from '../ports/journal.ts';
import { nameOf } from './attempt-record.ts';
import type { Core, Courier } from './core.ts';
import { createLogSender, type LogSender } from './log-sender.ts';

/** A result does not wait longer than this for a long log to leave before it. */
export const RESULT_WAITS_FOR_LOG_MS = 3_000;
/** After the result is acknowledged the rest of a long log is carried on, until none of it was taken for so long. */
export const LOG_AFTER_RESULT_WAIT_MS = 60_000;

export function createCourier(core: Core, facts: AttemptFacts, settled: () => void): Courier {
  return new AttemptCourier(core, facts, settled);
}

class AttemptCourier implements Courier {
  readonly #core: Core;
  readonly #facts: AttemptFacts;
  readonly #settled: () => void;
  readonly #shown = new Set<number>();
  #log: LogSender | undefined;
  #isResultSent = false;
  #isResultAcked = false;
  #isClosed = false;
  #endPatience: (() => void) | undefined;
  #isPatient = true;
  #hasUnshown = true;
  #dropAs: 'stale' | 'forgotten' | undefined;

  constructor(core: Core, facts: AttemptFacts, settled: () => void) {
    this.#core = core;
    this.#facts = facts;
    this.#settled = settled;
  }

  openLog(spoolPath: string): void {
    const reader = this.#core.spools.open(spoolPath);
    if (reader === undefined) return;
    this.#log = createLogSender({
      reader,
      hasRoom: () => this.#core.link.hasRoom(),
      send: (lines: readonly LogLine[]) =>
        this.#core.link.send({ type: 'log', ...nameOf(this.#facts), lines: [...lines] }),
    });
  }

  pump(): void {
    if (this.#isClosed) return;
    if (this.#dropAs !== undefined) {
      if (this.#core.book.get(this.#facts)?.phase === 'ended') this.#settle(this.#dropAs);
      return;
    }
    if (!this.#core.link.isUp()) return;
    this.#sendScreenshots();
    this.#log?.pump();
    this.#sendResult();
    const isAllTold = !this.#hasUnshown && (this.#log?.isDone('acked') ?? true);
    if (this.#isResultAcked && isAllTold) this.#settle('acknowledged');
  }

  linkIsNew(): void {
    this.#shown.clear();
    this.#hasUnshown = true;
    this.#isResultSent = false;
    this.#log?.rewind();
  }

  logAcknowledged(seq: number): void {
    this.#log?.acknowledged(seq);
    if (this.#isResultAcked) this.#waitForRest();
    this.pump();
  }

  resultAcknowledged(): void {
    if (this.#isClosed || this.#isResultAcked) return;
    this.#isResultAcked = true;
    this.#waitForRest();
    this.pump();
  }

  ackedSeq(): number {
    return this.#log?.ackedSeq() ?? 0;
  }

  drop(because: 'stale' | 'forgotten'): void {
    this.#dropAs ??= because;
    this.pump();
  }

  screenshotTaken(): void {
    this.#hasUnshown = true;
    this.pump();
  }

  #sendScreenshots(): void {
    if (!this.#hasUnshown) return;
    for (const { number, caption, png } of this.#core.screenshots.list(nameOf(this.#facts))) {
      if (this.#shown.has(number)) continue;
      if (!this.#core.link.hasRoom()) return;
      const data = Buffer.from(png).toString('base64');
      this.#core.link.send({ type: 'screenshot', ...nameOf(this.#facts), number, caption, png: data });
      this.#shown.add(number);
    }
    this.#hasUnshown = false;
  }

  #sendResult(): void {
    const record = this.#core.book.get(this.#facts);
    if (record?.phase !== 'ended' || record.result === null) return;
    if (this.#isResultSent || this.#isResultAcked) return;
    if (this.#isPatient && !(this.#log?.isDone('sent') ?? true)) {
      this.#endPatience ??= this.#core.timers.after(RESULT_WAITS_FOR_LOG_MS, () => this.#losePatience());
      return;
    }
    const result = { ...record.result, phasesMs: record.phasesMs };
    this.#isResultSent = this.#core.link.send({ type: 'result', ...nameOf(this.#facts), result });
  }

  #waitForRest(): void {
    this.#endPatience?.();
    if (!this.#isClosed)
      this.#endPatience = this.#core.timers.after(LOG_AFTER_RESULT_WAIT_MS, () => this.#settle('acknowledged'));
  }

  #losePatience(): void {
    this.#isPatient = false;
    this.pump();
  }

  #settle(because: 'acknowledged' | 'stale' | 'forgotten'): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endPatience?.();
    this.#log?.close();
    this.#core.book.note({ type: 'settled', ...nameOf(this.#facts), because });
    const spoolPath = this.#core.book.get(this.#facts)?.launch?.spoolPath;
    if (spoolPath !== undefined) this.#core.spools.remove(spoolPath);
    this.#core.screenshots.remove(nameOf(this.#facts));
    this.#settled();
  }
}
