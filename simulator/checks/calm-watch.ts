import { planAssignments } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { ClusterMember, QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import type { SimulatedMachine } from '../machine/simulated-machine.ts';
import { readQueue } from '../store/queue-reading.ts';
import type { RunRow } from '../store/rows.ts';
import type { Universe } from '../universe/universe.ts';

/** Written down here once more, so that a product that waits longer or shorter than it promises is found out. */
const EXECUTION_END_MS = 60_000;
const CANCEL_MS = 180_000;
const CLOCK_REST_MS = 10 * 60_000;
const CLOCK_RATE_MAX = 1.06;
const ANSWER_MS = 2_000;

/** What is promised within a time, looked at while nothing is broken (I7, I8, I9, I10). */
export class CalmWatch {
  readonly #universe: Universe;
  /** Since when nothing is broken and every program has had time to find the others again. */
  readonly #sinceMs: number;
  /** Deadlines rest for a while after the database's clock was moved. */
  readonly #deadlinesSinceMs: number;
  readonly #couldStart = new Map<string, { readonly attempt: number; readonly sinceMs: number }>();

  constructor(universe: Universe, sinceMs: number) {
    this.#universe = universe;
    this.#sinceMs = sinceMs;
    const wasClockSet = universe.world.reached.has('fault database-clock-is-set');
    this.#deadlinesSinceMs = sinceMs + (wasClockSet ? CLOCK_REST_MS : 0);
  }

  look(): void {
    if (this.#nowMs < this.#sinceMs) return;
    this.#deadlinesAreKept();
    this.#executionsEnd();
    this.#cancelsEnd();
    for (const { id } of this.#universe.database.clusters.values()) this.#nobodyIdles(id);
  }

  get #nowMs(): number {
    return this.#universe.world.timeline.nowMs;
  }

  /** I7: a start deadline fires within one sweep of its time. */
  #deadlinesAreKept(): void {
    const { database, shape, world } = this.#universe;
    const lateMs = shape.sweepIntervals.deadlinesMs * CLOCK_RATE_MAX + ANSWER_MS;
    if (this.#nowMs - this.#deadlinesSinceMs < lateMs) return;
    for (const run of database.runs.byDeadline) {
      if (database.nowMs() - run.startDeadlineAtMs <= lateMs) return;
      if (database.membersOf(run.clusterId).some((one) => one.journalAwaitedSinceMs !== null)) continue;
      world.violated('I7', `run ${run.id} is ${run.state} ${String(lateMs)} ms after its start deadline`);
    }
  }

  /** I8: a gateway ends what runs longer than it may. */
  #executionsEnd(): void {
    const { database, gateways, ledger, world } = this.#universe;
    const working = new Set(gateways.filter((one) => one.isUp && !one.isRetired).map((one) => one.gatewayId));
    for (const machine of this.#universe.machines) {
      if (ledger.doubtful.has(machine.name)) continue;
      for (const { runId } of machine.runners.values()) {
        const [start, run] = [ledger.startOf(runId), database.runs.get(runId)];
        if (start === undefined || run === undefined || !working.has(start.gatewayId)) continue;
        const ranMs = this.#nowMs - Math.max(start.atMs, this.#sinceMs);
        if (ranMs > run.executionTimeoutMs * CLOCK_RATE_MAX + EXECUTION_END_MS)
          world.violated('I8', `run ${runId} may run ${String(run.executionTimeoutMs)} ms and ran ${String(ranMs)}`);
      }
    }
  }

  /** I9: a cancel that was acknowledged ends its run. */
  #cancelsEnd(): void {
    const { database, watch, world } = this.#universe;
    for (const [runId, atMs] of watch.cancelled) {
      const run = database.runs.get(runId);
      if (run === undefined || isTerminal(run.state)) continue;
      const sinceMs = this.#nowMs - Math.max(atMs, this.#sinceMs);
      if (sinceMs > CANCEL_MS)
        world.violated('I9', `run ${runId} is ${run.state} ${String(sinceMs)} ms after its cancel`);
    }
  }

  /** I10: no run waits that the rules would start, by what the machines really are. */
  #nobodyIdles(clusterId: string): void {
    const { database, shape, world } = this.#universe;
    const reading = readQueue(database, clusterId);
    if (reading === undefined) return;
    const members = reading.snapshot.members.map((member) => this.#asItIs(member));
    const snapshot: QueueSnapshot = { ...reading.snapshot, members };
    const startable = new Set(planAssignments(snapshot, reading.nowMs, () => 0).offers.map((offer) => offer.runId));
    const boundMs = shape.sweepIntervals.wakeMs + shape.factsPollMs + ANSWER_MS;
    for (const { rows } of database.runs.queueOf(clusterId).values())
      for (const run of rows) {
        if (!startable.has(run.id)) this.#couldStart.delete(run.id);
        else if (this.#idledMs(run) > boundMs)
          world.violated('I10', `run ${run.id} could start for ${String(this.#idledMs(run))} ms, and nobody takes it`);
      }
  }

  #idledMs({ id, attempt }: RunRow): number {
    const known = this.#couldStart.get(id);
    if (known?.attempt === attempt) return this.#nowMs - known.sinceMs;
    this.#couldStart.set(id, { attempt, sinceMs: this.#nowMs });
    return 0;
  }

  #asItIs(member: ClusterMember): ClusterMember {
    const gateway = this.#universe.gateways.find((one) => one.gatewayId === member.gatewayId && !one.isRetired);
    if (gateway?.isLinked !== true) return { ...member, online: false };
    return { ...member, online: true, facts: factsOf(gateway.machine, member.facts?.version ?? 0) };
  }
}

const factsOf = (machine: SimulatedMachine, version: number): ClusterMember['facts'] => ({
  version,
  operatingSystem: 'Simulated',
  reportedPolicy: 'linux',
  sessions: machine.facts(),
  sessionLimit: machine.sessionLimit,
  remoteDesktopServices: false,
  canUnattended: true,
  canAttended: true,
  missing: [],
  ownUser: null,
});
