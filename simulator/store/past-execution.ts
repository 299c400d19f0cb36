import { giveUpAtMs } from '@deskhand/domain/run/deadlines.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow } from './rows.ts';

export function isPastExecution(database: SimulatedDatabase, run: RunRow): boolean {
  const atMs = giveUpAtMs({ ...run, runningAtMs: run.startedAtMs });
  return atMs !== null && atMs <= database.nowMs();
}
