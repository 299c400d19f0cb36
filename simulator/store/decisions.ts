import { settingsDefaults } from '@deskhand/control-plane/ports/accounts.ts';
import {
  type DecisionBatch,
  type DecisionStore,
  WAIT_EVENT_PAUSE_MS,
  WAIT_EVENTS_PER_RUN_MAX,
  type WaitNote,
  WAITS,
} from '@deskhand/control-plane/ports/decisions.ts';
import type { SimulatedDatabase } from './database.ts';
import type { StoreSession } from './server.ts';

/** A batch stays text here: packing it is the other adapter's affair. */
export function openSimulatedDecisionStore(session: StoreSession): DecisionStore {
  const { database } = session.server;
  return {
    keep: (batch) =>
      session.run('keep-decisions', () => {
        if (daysOf(database) === 0 || database.clusters.get(batch.clusterId) === undefined) return;
        if ([...database.decisions.values()].some((kept) => isSameBatch(kept, batch))) return;
        database.sequences.decision += 1;
        const number = database.sequences.decision;
        database.decisions.set(number, { ...batch, number });
      }),
    around: (clusterId, { fromMs, untilMs }, limit) =>
      session.run('read-decisions', () =>
        [...database.decisions.values()]
          .filter((one) => one.clusterId === clusterId && one.lastAtMs >= fromMs && one.firstAtMs <= untilMs)
          .sort((a, b) => b.firstAtMs - a.firstAtMs || b.number - a.number)
          .slice(0, limit)
          .map(({ number: _number, ...batch }) => batch),
      ),
    noteWaits: (notes) =>
      session.run('note-waits', () =>
        notes
          .toSorted((a, b) => (a.runId < b.runId ? -1 : 1))
          .filter((note) => noteWait(database, note))
          .map(({ runId }) => runId),
      ),
    retentionDays: () => session.run('decision-days', () => daysOf(database)),
  };
}

const isSameBatch = (a: DecisionBatch, b: DecisionBatch): boolean =>
  a.clusterId === b.clusterId &&
  a.firstAtMs === b.firstAtMs &&
  a.lastAtMs === b.lastAtMs &&
  a.decisions === b.decisions &&
  a.program === b.program &&
  a.body === b.body;

const daysOf = (database: SimulatedDatabase): number =>
  ({ ...settingsDefaults, ...database.installation.get('only')?.settings }).decisionRetentionDays;

function noteWait(database: SimulatedDatabase, { runId, detail }: WaitNote): boolean {
  const run = database.runs.get(runId);
  if (run?.state !== 'queued') return false;
  const kept = database.partsOf(runId).events.filter(({ event }) => event === WAITS);
  const newest = kept.at(-1);
  if (newest?.attempt === run.attempt && newest.detail === detail) return false;
  const before = kept.at(-2);
  const isTooSoon = before !== undefined && before.atMs > database.nowMs() - WAIT_EVENT_PAUSE_MS;
  if (newest !== undefined && (isTooSoon || kept.length >= WAIT_EVENTS_PER_RUN_MAX))
    database.removeEvent(runId, newest);
  database.addEvent(runId, { attempt: run.attempt, event: WAITS, detail, actor: 'Deskhand' });
  return true;
}
