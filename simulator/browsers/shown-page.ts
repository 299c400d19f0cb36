import type { Run, RunQueueView } from '@deskhand/protocol/http/runs.ts';
import type { ShownPages } from '@deskhand/portal/app/live/apply-fold.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';

/** What a page asks of the API; undefined when no answer came. */
export interface PageQueries {
  readonly runs: () => Promise<readonly Run[] | undefined>;
  readonly 'run-queue': () => Promise<RunQueueView | undefined>;
}
type Key = keyof PageQueries;

/** As the portal's query client asks again where a server did not answer. */
const RETRIES_MAX = 2;
const RETRY_AFTER_MS = 1_000;

/** The open page of a browser: the list of runs and a run queue, as they were last answered and patched since. */
export class ShownPage implements ShownPages {
  readonly #timers: Timers;
  readonly #queries: PageQueries;
  readonly #clusterId: string;
  /** The newest question of each kind, while it waits for its answer. */
  readonly #asking = new Map<Key, symbol>();
  rows: readonly Run[] | undefined;
  queue: RunQueueView | undefined;

  constructor(timers: Timers, queries: PageQueries, clusterId: string) {
    this.#timers = timers;
    this.#queries = queries;
    this.#clusterId = clusterId;
  }

  askAgain(...key: readonly string[]): void {
    for (const mine of this.#mine(key)) void this.#ask(mine, Symbol(mine), 0);
  }

  isAsking(...key: readonly string[]): boolean {
    return this.#mine(key).some((mine) => this.#asking.has(mine));
  }

  replaceRun(): void {
    // No page of one run is open.
  }

  replaceRunRows(patch: (rows: readonly Run[]) => readonly Run[]): void {
    if (this.rows !== undefined) this.rows = patch(this.rows);
  }

  replaceRunsInHand(patch: (rows: readonly Run[]) => readonly Run[]): void {
    if (this.queue !== undefined) this.queue = { ...this.queue, running: [...patch(this.queue.running)] };
  }

  gatewayRows(): undefined {
    return undefined;
  }

  setGatewayRows(): void {
    // No page of gateways is open.
  }

  #mine([what, id]: readonly string[]): readonly Key[] {
    if (what === undefined) return ['runs', 'run-queue'];
    if (what === 'runs') return ['runs'];
    return what === 'run-queue' && (id === undefined || id === this.#clusterId) ? ['run-queue'] : [];
  }

  async #ask(key: Key, question: symbol, tries: number): Promise<void> {
    this.#asking.set(key, question);
    const isMine = (): boolean => this.#asking.get(key) === question;
    const isAnswered = await this.#answerOf(key, isMine);
    if (!isMine()) return;
    if (isAnswered || tries >= RETRIES_MAX) this.#asking.delete(key);
    else
      this.#timers.after(RETRY_AFTER_MS * 2 ** tries, () => {
        if (isMine()) void this.#ask(key, question, tries + 1);
      });
  }

  async #answerOf(key: Key, isMine: () => boolean): Promise<boolean> {
    if (key === 'runs') {
      const rows = await this.#queries.runs();
      if (isMine() && rows !== undefined) this.rows = rows;
      return rows !== undefined;
    }
    const queue = await this.#queries['run-queue']();
    if (isMine() && queue !== undefined) this.queue = queue;
    return queue !== undefined;
  }
}
