import { eventsOfResult, type ResultState } from '@deskhand/domain/run/result-events.ts';
import { classKeyOf } from '@deskhand/control-plane/ports/class-key.ts';
import { isTerminal, transitions } from '@deskhand/domain/run/transitions.ts';
import type { SimulatedDatabase } from '../store/database.ts';
import type { RunRow } from '../store/rows.ts';
import type { World } from '../world/world.ts';
import { FairWatch, PLAN_MAX_MS } from './fair-watch.ts';
import type { Ledger } from './ledger.ts';

/** What the product promises, written down here once more: one that gives up earlier is found out. */
const GIVE_UP_AFTER_MS = 15 * 60_000;
const STARTING_MS = 5 * 60_000;
/** The clock of a machine is never faster than this. */
const CLOCK_RATE_MAX = 1.06;

/** Watches every committed change of a run (I3, and what the edges of the table are reached). */
export class RunWatch {
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #acknowledged = new Set<string>();
  readonly #expected = new Map<string, ((runId: string) => void)[]>();
  readonly #ledger: Ledger;
  readonly #fair: FairWatch;
  readonly #cancelled = new Map<string, number>();
  readonly #queuedAtMs = new Map<string, number>();
  #created = 0;
  readonly #eventsSeen = new Map<string, number>();

  constructor(world: World, database: SimulatedDatabase, ledger: Ledger) {
    this.#world = world;
    this.#database = database;
    this.#ledger = ledger;
    this.#fair = new FairWatch(world, database);
    ledger.heldRun = (runId) => database.runs.get(runId);
    database.onRunChange(({ before, after }) => this.#changed(before, after));
  }

  /** A submit was answered with success: from now on the run is to be found (I2). */
  acknowledged(runId: string): void {
    this.#acknowledged.add(runId);
    if (this.#database.runs.get(runId) === undefined)
      this.#world.violated('I2', `run ${runId} was acknowledged and is not there`);
  }

  /** Whoever was told that a cancel is done or on its way (I9). */
  cancelAcknowledged(runId: string): void {
    const state = this.#database.runs.get(runId)?.state;
    if (state === 'queued' || state === 'offered')
      this.#world.violated('I9', `run ${runId} was cancelled and is ${state}`);
    this.#cancelled.set(runId, this.#world.timeline.nowMs);
  }

  /** An undone move is undone for good, unless somebody moves the run again (I6). */
  undoAcknowledged({ id: runId, movedToTop }: { readonly id: string; readonly movedToTop: boolean }): void {
    if (movedToTop) this.#world.violated('I6', `the move of run ${runId} was undone, and it still stands at the top`);
  }

  /** Of runs that are moved together the first named stands first (S31). */
  movesAcknowledged(named: readonly string[], atTop: readonly string[]): void {
    const inOrder = [...new Set(named)].filter((id) => atTop.includes(id));
    if (inOrder.join() !== atTop.join())
      this.#world.violated('S31', `${named.join(', ')} were moved to the top, and stand there as ${atTop.join(', ')}`);
  }

  /** Runs whose cancel was acknowledged, and when. */
  get cancelled(): ReadonlyMap<string, number> {
    return this.#cancelled;
  }

  /** Runs there ever were, those that a restore took away included. */
  get created(): number {
    return this.#created;
  }

  /** Restored from a backup: what was submitted and cancelled since is gone, and events begin anew. */
  forgetSince(): void {
    for (const id of this.#acknowledged) if (this.#database.runs.get(id) === undefined) this.#acknowledged.delete(id);
    this.#cancelled.clear();
    this.#eventsSeen.clear();
    for (const run of this.#database.runs.rows)
      this.#eventsSeen.set(run.id, this.#database.partsOf(run.id).events.length);
  }

  /** Calls once, when the next run comes into a state, at that very moment. */
  onNext(state: string, act: (runId: string) => void): void {
    this.#expected.set(state, [...(this.#expected.get(state) ?? []), act]);
  }

  /** What waited for a run to come into a state waits no more. */
  expectNothing(): void {
    this.#expected.clear();
  }

  /** Every acknowledged run is there (I2). */
  audit(): void {
    for (const id of this.#acknowledged) {
      if (this.#database.runs.get(id) === undefined)
        this.#world.violated('I2', `run ${id} was acknowledged and is gone`);
    }
    for (const run of this.#database.runs.rows) this.#isWhatItsEventsSay(run);
  }

  /** All events of a run from the first lead to what it is (I14). */
  #isWhatItsEventsSay(run: RunRow): void {
    const { events } = this.#database.partsOf(run.id);
    if (this.#leadTo('queued', events, run.state)) return;
    const told = events.map(({ event }) => event).join(' ');
    this.#world.violated('I14', `run ${run.id} is ${run.state}, and its events say: ${told}`);
  }

  #changed(before: RunRow | undefined, after: RunRow | undefined): void {
    if (after === undefined) {
      this.#world.violated('I2', `run ${before?.id ?? ''} was removed`);
      return;
    }
    if (before === undefined) this.#created += 1;
    this.#fair.changed(before, after);
    if (before?.state === after.state) return;
    if (after.state === 'queued') this.#queuedAtMs.set(after.id, this.#world.timeline.nowMs);
    this.#world.trace.mark(`run ${after.id} ${after.state} ${String(after.attempt)}`);
    this.#world.trace.tell(() => tellChange(before, after));
    this.#world.reached.add(`state ${after.state}`);
    const expected = this.#expected.get(after.state) ?? [];
    this.#expected.delete(after.state);
    for (const act of expected) act(after.id);
    if (before === undefined) return;
    if (isTerminal(before.state)) this.#world.violated('I3', `run ${after.id} left ${before.state} for ${after.state}`);
    if (!this.#followsTable(before, after)) {
      this.#world.violated(
        'I3',
        `run ${after.id} went from ${before.state} to ${after.state}, which its events do not lead to: ${this.#database
          .partsOf(after.id)
          .events.map(({ event }) => event)
          .join(' ')}`,
      );
    }
    if (after.state === 'uncertain') this.#mayBeUncertain(after);
    if (after.state === 'timedOut') this.#mayTimeOut(before, after);
    if (after.state === 'offered') this.#mayBeOffered(after);
    if (after.attempt < before.attempt) this.#mayGoBack(after);
  }

  /** Only to an attempt that a journal tells was started, in a history that a restore took back: it is the run's last one. */
  #mayGoBack({ id, attempt }: RunRow): void {
    this.#world.reached.add('attempt of another history');
    if (this.#database.partsOf(id).events.at(-1)?.event === 'take-journal-state') return;
    this.#world.violated('I4', `run ${id} went back to attempt ${String(attempt)}`);
  }

  #mayBeOffered(run: RunRow): void {
    this.#isFirstOfItsClass(run);
    this.#takesPart(run);
    const awaited = this.#database.membersOf(run.clusterId).find((one) => one.journalAwaitedSinceMs !== null);
    if (awaited !== undefined)
      this.#world.violated(
        'I1',
        `run ${run.id} is offered before ${awaited.id} has told what it started since the backup`,
      );
  }

  /** A broken link ends no run: it is given up only when its time is long over, or when somebody says so (I8). */
  #mayBeUncertain(run: RunRow): void {
    const told = `${run.error?.message ?? ''} ${run.error?.details ?? ''}`;
    if (/removed|declared the machine gone|journal/.test(told)) return;
    const startingMs = run.startedAtMs === null ? STARTING_MS : 0;
    const sinceMs = this.#database.nowMs() - (run.startedAtMs ?? run.acquiredAtMs ?? 0);
    if (sinceMs >= startingMs + run.executionTimeoutMs + GIVE_UP_AFTER_MS) return;
    this.#world.violated('I8', `run ${run.id} was given up ${String(sinceMs)} ms after it began: ${told}`);
  }

  /** Before it was acquired, at its start deadline and not earlier (I7); after its start, by its execution timeout (I8). */
  #mayTimeOut(before: RunRow, after: RunRow): void {
    if (after.error?.code === 'NoCandidateMachine') {
      if (before.acquiredAtMs !== null)
        this.#world.violated('I7', `the start deadline of ${after.id} fired after a gateway had acquired it`);
      const leftMs = after.startDeadlineAtMs - this.#database.nowMs();
      if (leftMs > 0)
        this.#world.violated('I7', `the start deadline of ${after.id} fired ${String(leftMs)} ms too early`);
      return;
    }
    // A clock that was set ahead makes time be over, and a server that begins anew does not know that it was set (DESIGN §6).
    if (this.#world.reached.has('fault database-clock-is-set')) return;
    const start = this.#ledger.startOf(after.id);
    const ranMs = start === undefined ? undefined : this.#world.timeline.nowMs - start.atMs;
    if (ranMs !== undefined && ranMs * CLOCK_RATE_MAX < after.executionTimeoutMs)
      this.#world.violated(
        'I8',
        `run ${after.id} may run ${String(after.executionTimeoutMs)} ms and was ended after ${String(ranMs)}`,
      );
  }

  /** Of runs that could begin in its place, the first one is taken (I6). The order is written down here once more. */
  #isFirstOfItsClass(taken: RunRow): void {
    const fairness = this.#database.clusters.get(taken.clusterId)?.fairness ?? null;
    if (fairness !== null) this.#fair.offered(taken, fairness);
    for (const waiting of this.#database.runs.queueOf(taken.clusterId).get(classKeyOf(taken))?.rows ?? []) {
      // A plan is made of what was there when it was read; a run that came since has its turn in the next.
      const cameMs = this.#queuedAtMs.get(waiting.id) ?? 0;
      if (this.#world.timeline.nowMs - cameMs < PLAN_MAX_MS) continue;
      if (fairness === null ? !isBefore(waiting, taken) : this.#fair.mayGoBefore(taken, waiting, fairness)) continue;
      this.#world.violated(
        'I6',
        `run ${taken.id} (#${String(taken.requestNumber)}) was taken before ${waiting.id} (#${String(waiting.requestNumber)})`,
      );
    }
  }

  /** Whoever was taken out, for whatever reason, gets nothing new (S45); whether it is linked is known only with a delay. */
  #takesPart({ id, gatewayId, canaryOf }: RunRow): void {
    const gateway = this.#database.gateways.get(gatewayId ?? '');
    if (gateway === undefined) return;
    const { enabled, quarantined, maintenanceSinceMs, setAsideSinceMs } = gateway;
    if (canaryOf !== null && canaryOf !== gatewayId)
      this.#world.violated('N12', `the canary ${id} of ${canaryOf} was offered to ${gateway.id}`);
    if (canaryOf === null && setAsideSinceMs !== null)
      this.#world.violated('N12', `run ${id} was offered to ${gateway.id}, which is set aside`);
    if (enabled && !quarantined && maintenanceSinceMs === null) return;
    const standing = JSON.stringify({ enabled, quarantined, maintenanceSinceMs });
    this.#world.violated('S45', `run ${id} was offered to ${gateway.id}, which is taken out: ${standing}`);
  }

  #step(state: RunRow['state'], event: string): RunRow['state'] | undefined {
    const row: Partial<Record<string, RunRow['state']>> = transitions[state];
    const next = row[event];
    if (next !== undefined) this.#world.reached.add(`edge ${state} ${event}`);
    return next;
  }

  /** The events that were written with the change lead from the one state to the other by the table (I3, I14). */
  #followsTable(before: RunRow, after: RunRow): boolean {
    const { events } = this.#database.partsOf(after.id);
    const fresh = events.slice(this.#eventsSeen.get(after.id) ?? 0);
    this.#eventsSeen.set(after.id, events.length);
    return this.#leadTo(before.state, fresh, after.state);
  }

  #leadTo(from: RunRow['state'], events: readonly { readonly event: string }[], to: RunRow['state']): boolean {
    return journalStates.some((taken) => this.#leadToWith(taken, from, events, to));
  }

  #leadToWith(
    taken: RunRow['state'],
    from: RunRow['state'],
    events: readonly { readonly event: string }[],
    to: RunRow['state'],
  ): boolean {
    let state = from;
    for (const { event } of events)
      state = event === 'take-journal-state' ? taken : (this.#step(state, event) ?? state);
    if (state === to || !isTerminal(to)) return state === to;
    // A result implies what came before it and was not heard of.
    for (const event of eventsOfResult(state, to as ResultState)) state = this.#step(state, event) ?? state;
    return state === to;
  }
}

/** What a run that waits in a restored backup may be by the journal of its gateway; its event does not say which (DESIGN §7.6). */
const journalStates = ['running', 'starting'] as const satisfies readonly RunRow['state'][];

/** Moved to the top last comes first, then priority, then who asked first. */
function isBefore(a: RunRow, b: RunRow): boolean {
  if ((a.topRank ?? 0) !== (b.topRank ?? 0)) return (a.topRank ?? 0) > (b.topRank ?? 0);
  if (a.priority !== b.priority) return a.priority === 'high';
  return a.requestNumber < b.requestNumber;
}

function tellChange(before: RunRow | undefined, after: RunRow): string {
  const attempt = after.attempt === 0 ? '' : `, attempt ${String(after.attempt)}`;
  const where = after.gatewayId === null ? '' : ` on ${after.gatewayId}`;
  const why = after.error === null ? '' : ` (${after.error.code})`;
  return `run ${after.id} (#${String(after.requestNumber)}, ${after.machineUser}): ${before?.state ?? 'new'} → ${after.state}${attempt}${where}${why}`;
}
