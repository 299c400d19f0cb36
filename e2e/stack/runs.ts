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
