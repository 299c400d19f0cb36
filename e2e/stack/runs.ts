import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { waitUntil } from './wait-until.ts';

const ended = new Set(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain']);
export const isEnded = (run: Run): boolean => ended.has(run.state);

let flows = 0;
export async function makeFlow(client: ApiClient, script: string): Promise<string> {
  flows += 1;
  const flow = await client.createFlow({ body: { name: `Flow ${flows} ${Date.now()}`, script } });
  return flow.id;
}

export interface RunWish {
  readonly flowId: string;
  readonly connectionId: string;
  readonly mode?: 'attended' | 'unattended';
  readonly inputs?: Record<string, unknown>;
  readonly executionTimeoutMs?: number;
  readonly startDeadlineMs?: number;
  readonly priority?: 'high' | 'normal';
}
export const submit = (client: ApiClient, wish: RunWish): Promise<Run> =>
  client.submitRun({ body: { mode: 'unattended', ...wish } });

export const runState = (client: ApiClient, id: string): Promise<Run> => client.getRun({ params: { id } });

export const whenEnded = (client: ApiClient, id: string, timeoutMs = 60_000): Promise<Run> =>
  waitUntil(
    `run ${id} to end`,
    async () => {
      const run = await runState(client, id).catch(() => undefined);
      return run && isEnded(run) ? run : undefined;
    },
    timeoutMs,
  );

/** A mark of the flow may be seen before its gateway has told of it. */
export const whenRunning = (client: ApiClient, id: string): Promise<Run> =>
  whenState(client, id, ({ state }) => state === 'running', 'running');

export const whenState = (
  client: ApiClient,
  id: string,
  accepts: (run: Run) => boolean,
  what: string,
  timeoutMs = 30_000,
): Promise<Run> =>
  waitUntil(
    `run ${id} to be ${what}`,
    async () => {
      const run = await runState(client, id).catch(() => undefined);
      if (run && accepts(run)) return run;
      if (run && isEnded(run))
        throw new Error(`Run ${id} ended ${run.state} before it was ${what}: ${JSON.stringify(run.error)}`);
      return undefined;
    },
    timeoutMs,
  );

/** Of the newest 200: nobody is signed in any more when their gateway ends and their account is removed. */
export async function endRuns(client: ApiClient): Promise<void> {
  const { items } = await client.listRuns({ query: { limit: 200 } }).catch(() => ({ items: [] }));
  const unfinished = items.filter((run) => !isEnded(run));
  for (const { id } of unfinished) await client.cancelRun({ params: { id } }).catch(() => undefined);
  for (const { id } of unfinished) await whenEnded(client, id).catch(() => undefined);
}
