import type { Universe } from '../universe/universe.ts';

/** Of a gateway that has nothing to do: looking at its machine, its heartbeat, and what a link needs. */
const TIMERS_AT_REST_MAX = 12;

/** Everything is over: nothing is left on machines and in gateways (I15). */
export function auditMachines({ gateways, world, ledger }: Universe): void {
  for (const gateway of gateways) {
    const { machine, core, life } = gateway;
    if (gateway.isRetired || core === undefined || life === undefined || ledger.doubtful.has(machine.name)) continue;
    const left = [
      ['sessions', [...machine.sessions.values()].filter((session) => session.ours === gateway.gatewayId).length],
      ['attempts in hand', core.inHand.size],
      ['runs that it asked for', core.acquiring.size],
      ['spools', machine.spoolsOf(gateway.gatewayId).count],
    ] as const;
    for (const [what, count] of left) {
      if (count > 0) world.violated('I15', `${gateway.gatewayId} has ${String(count)} ${what} left`);
    }
    if (life.timersWaiting > TIMERS_AT_REST_MAX) {
      world.violated('I15', `${gateway.gatewayId} has ${String(life.timersWaiting)} timers at rest`);
    }
  }
}

/** What began and is in no database any more, because an older one was restored, is named from the journals (DESIGN §7.6). */
export function auditRecovery({ database, ledger, world }: Universe): void {
  const named = new Set([...database.journalOnlyRuns.values()].map((one) => one.runId));
  for (const { runId, machine } of ledger.starts) {
    if (database.runs.get(runId) !== undefined || named.has(runId) || ledger.doubtful.has(machine)) continue;
    world.violated('I2', `run ${runId} began on ${machine}; it is in no database, and nobody names it`);
  }
}

/** The log of a run has no gap that is not told (I13), and none at all where nothing was there to lose a line. */
export function auditLogs({ database, ledger, world }: Universe): void {
  const mayLose = world.reached.has('database went on from a backup') || ledger.doubtful.size > 0;
  for (const run of database.runs.rows) {
    const lines = (database.partsOf(run.id).log.get(run.attempt) ?? []).flat();
    const seqs = new Set(lines.map((line) => line.seq));
    const missing = Array.from({ length: run.logSeq }, (_, index) => index + 1).filter((seq) => !seqs.has(seq)).length;
    if (missing > run.logLinesLost || (missing > 0 && !mayLose)) {
      world.violated(
        'I13',
        `the log of ${run.id} misses ${String(missing)} lines and says ${String(run.logLinesLost)}`,
      );
    }
  }
}
