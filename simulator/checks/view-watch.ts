import type { SimulatedBrowser } from '../browsers/simulated-browser.ts';
import type { ShownPage } from '../browsers/shown-page.ts';
import type { RunChange } from '../store/run-table.ts';
import { isInHand } from '../store/run-table.ts';
import type { RunRow } from '../store/rows.ts';
import type { Universe } from '../universe/universe.ts';

const CONVERGE_MS = 5_000;
/** A notification, an event, a question and its answer. */
const TEXTS = 8;
/** After a lid was opened: until the silence is noticed, and the next try. */
const RETURN_MS = 10_000;

/** What people see is what the database holds, within five seconds of a change or of the link's return (I17). */
export class ViewWatch {
  readonly #universe: Universe;
  readonly #changedAtMs = new Map<string, number>();
  readonly #queueChangedAtMs = new Map<string, number>();
  readonly #stillAtMs = new Map<string, number>();

  constructor(universe: Universe) {
    this.#universe = universe;
    if (universe.browsers.length > 0) universe.database.onRunChange((change) => this.#changed(change));
  }

  /** Nothing has been broken since this moment, and every program has had time to find the others again. */
  look(calmSinceMs: number): void {
    if (this.#nowMs < calmSinceMs) return;
    for (const browser of this.#universe.browsers) this.#lookAt(browser, calmSinceMs);
  }

  get #nowMs(): number {
    return this.#universe.world.timeline.nowMs;
  }

  #lookAt(browser: SimulatedBrowser, calmSinceMs: number): void {
    const { shape, world } = this.#universe;
    const { page, liveSinceMs, openedAtMs, name } = browser;
    if (page === undefined) return;
    if (browser.isStill) this.#stillAtMs.set(name, this.#nowMs);
    const backMs = Math.max(openedAtMs, calmSinceMs, (this.#stillAtMs.get(name) ?? 0) + shape.livePace.silenceMaxMs);
    if (liveSinceMs === undefined) {
      if (this.#nowMs - backMs > RETURN_MS) world.violated('I17', `${name} has no live stream, and nothing is broken`);
      return;
    }
    const sinceMs = Math.max(backMs, liveSinceMs);
    world.reached.add('view compared');
    this.#rowsAreTrue(name, page, sinceMs);
    this.#queueIsTrue(browser, page, sinceMs);
  }

  #isLate(sinceMs: number, changedAtMs: number): boolean {
    return this.#nowMs - Math.max(sinceMs, changedAtMs) > CONVERGE_MS + TEXTS * 2 * this.#universe.shape.delayMs;
  }

  #rowsAreTrue(name: string, page: ShownPage, sinceMs: number): void {
    const { database, world } = this.#universe;
    if (page.rows === undefined) {
      if (this.#isLate(sinceMs, 0)) world.violated('I17', `${name} shows no runs`);
      return;
    }
    for (const { id, state, attempt, movedToTop, priority } of page.rows) {
      const run = database.runs.get(id);
      const isTrue =
        run?.state === state &&
        run.attempt === attempt &&
        run.priority === priority &&
        (run.state !== 'queued' || movedToTop === (run.topRank !== null));
      if (!isTrue && this.#isLate(sinceMs, this.#changedAtMs.get(id) ?? 0))
        world.violated('I17', `${name} shows run ${id} as ${state}, and it is ${run?.state ?? 'not there'}`);
    }
  }

  #queueIsTrue({ name, clusterId }: SimulatedBrowser, { queue }: ShownPage, sinceMs: number): void {
    const { database, world } = this.#universe;
    if (!this.#isLate(sinceMs, this.#queueChangedAtMs.get(clusterId) ?? 0)) return;
    const shown = queue?.queued.map(({ run }) => run.id).join(' ');
    const waiting = [...database.runs.queueOf(clusterId).values()].flatMap(({ rows }) => rows);
    const isFair = (database.clusters.get(clusterId)?.fairness ?? null) !== null;
    const there = waiting.sort(isFair ? topFirst : byOrder).slice(0, queue?.queued.length ?? 0);
    const isWhole =
      waiting.length === queue?.total && (waiting.length > QUEUED_SHOWN_MAX || there.length === waiting.length);
    const rest = isFair ? inOneOrder(shown, waiting) : shown;
    if (!isWhole || rest !== there.map(({ id }) => id).join(' '))
      world.violated('I17', `${name} shows the queue of ${clusterId} as ${shown ?? 'nothing'}, and it is otherwise`);
    const inHand = [...database.runs.inHand()].filter((run) => run.clusterId === clusterId);
    const running = new Map(queue?.running.map((run) => [run.id as string, run.state]));
    const tell = (states: Iterable<readonly [string, string]>): string =>
      [...states].map(([id, state]) => `${id} ${state}`).join(', ');
    if (inHand.length !== running.size || inHand.some((run) => running.get(run.id) !== run.state))
      world.violated(
        'I17',
        `${name} shows in hand of ${clusterId}: ${tell(running)}; there are: ${tell(inHand.map(({ id, state }) => [id, state]))}`,
      );
  }

  #changed({ before, after }: RunChange): void {
    const run = after ?? before;
    if (run === undefined || (before !== undefined && after !== undefined && looksTheSame(before, after))) return;
    this.#changedAtMs.set(run.id, this.#nowMs);
    this.#queueChangedAtMs.set(run.clusterId, this.#nowMs);
  }
}

const QUEUED_SHOWN_MAX = 200;

const looksTheSame = (a: RunRow, b: RunRow): boolean =>
  a.state === b.state &&
  a.attempt === b.attempt &&
  a.priority === b.priority &&
  a.topRank === b.topRank &&
  isInHand(a) === isInHand(b);

/** By fairness others may have the next turn a moment later, without any change to tell of: only the top is surely there. */
function inOneOrder(shown: string | undefined, waiting: readonly RunRow[]): string | undefined {
  const ids = shown === undefined || shown === '' ? [] : shown.split(' ');
  const isMoved = new Set<string>(waiting.filter(({ topRank }) => topRank !== null).map(({ id }) => id));
  const moved = ids.slice(0, isMoved.size);
  if (moved.some((id) => !isMoved.has(id))) return shown;
  return shown && [...moved, ...ids.slice(isMoved.size).sort()].join(' ');
}

const topFirst = (a: RunRow, b: RunRow): number =>
  (b.topRank ?? 0) - (a.topRank ?? 0) || (a.topRank === null && a.id < b.id ? -1 : 1);

/** The order of a queue, written down here once more. */
const byOrder = (a: RunRow, b: RunRow): number =>
  (b.topRank ?? 0) - (a.topRank ?? 0) ||
  (a.priority === b.priority ? 0 : a.priority === 'high' ? -1 : 1) ||
  a.requestNumber - b.requestNumber;
