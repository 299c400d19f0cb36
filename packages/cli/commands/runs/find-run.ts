import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { failureOf } from '../../failure.ts';
import { find } from '../../find.ts';

const RECENT_RUNS_MAX = 200;
/** The exit code of the error table for what does not exist. */
const NOT_FOUND = 5;

/** A run by its id, the beginning of its id, or its request number (`4812`) among the recent ones. */
export async function findRun(api: ApiClient, written: string): Promise<Run> {
  const direct = /^[A-Za-z0-9_-]{8,64}$/.test(written) ? await exactRun(api, written) : undefined;
  if (direct) return direct;
  const { items } = await api.listRuns({ query: { limit: RECENT_RUNS_MAX } });
  const numbered = items.find((run) => String(run.requestNumber) === written.replace(/^#/, ''));
  if (numbered) return numbered;
  return find(
    'run',
    written,
    items.map((run) => ({ ...run, name: run.id })),
  );
}

async function exactRun(api: ApiClient, id: string): Promise<Run | undefined> {
  try {
    return await api.getRun({ params: { id } });
  } catch (error) {
    if (failureOf(error).exit === NOT_FOUND) return undefined;
    throw error;
  }
}
