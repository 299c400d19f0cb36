import type { SimulatedDatabase } from './database.ts';
import type { GatewayRow } from './rows.ts';

interface Gone {
  readonly actor: string;
  readonly detail: string;
  readonly holdsMachine: boolean;
}

/**
 * Gives up what a gateway holds: offers that it never took go back to the queue, the rest becomes uncertain. Until the
 * machine reports, an uncertain run keeps its account and slot there, unless the machine was removed for good.
 */
export function loseRunsOf(database: SimulatedDatabase, gateway: GatewayRow, gone: Gone): number {
  const { actor, detail, holdsMachine } = gone;
  const error = {
    code: 'OutcomeUncertain',
    message: `Contact was lost and the outcome of the run is not known. ${detail}`,
  };
  let lost = 0;
  for (const run of database.runs.inHandOf(gateway.id)) {
    const { id, attempt } = run;
    if (run.state === 'offered') {
      database.runs.set({ ...run, state: 'queued', gatewayId: null, offeredAtMs: null });
      database.freeSlotOf(id);
      database.addEvent(id, { attempt, event: 'withdraw', detail, actor });
    } else if (run.endedAtMs === null) {
      const ended = { state: 'uncertain', phase: null, endedAtMs: database.nowMs() } as const;
      database.runs.set({ ...run, ...ended, error, holdsMachine });
      if (!holdsMachine) database.freeSlotOf(id);
      database.addEvent(id, { attempt, event: 'lose', detail, actor });
      lost += 1;
    } else if (!holdsMachine) {
      database.runs.set({ ...run, holdsMachine: false });
      database.freeSlotOf(id);
    }
  }
  return lost;
}
