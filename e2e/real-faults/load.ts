import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Chance } from './seeded-chance.ts';

const REQUEST_TIMEOUT_MS = 8_000;
const RETRY_MS = 300;
/** Enough that a gateway which becomes free always finds a run, few enough that all of them end soon. */
const UNFINISHED_MAX = 12;

/** Each writes its key down as its first action, and syncs it, outside of everything that Deskhand keeps. */
export const writingFlow = `@INPUT Key : { 'Description': '', 'FriendlyName': 'Key', 'Type': 'String' }
@INPUT Record : { 'Description': '', 'FriendlyName': 'Record', 'Type': 'String' }
@INPUT Seconds : { 'Description': '', 'FriendlyName': 'Seconds', 'Type': 'String' }
@OUTPUT Answer : { 'Description': '', 'FriendlyName': 'Answer', 'Type': 'String' }
System.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''echo %Key% >> %Record% && sync %Record% && sleep %Seconds%''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
SET Answer TO Key`;

export interface Submitted {
  readonly key: string;
  readonly run: Run;
  readonly acknowledgedAtMs: number;
}

export interface LoadPlan {
  readonly client: ApiClient;
  readonly flowId: string;
  readonly connectionId: string;
  readonly record: string;
  readonly chance: Chance;
}

/** Runs that were acknowledged, submitted until it is told to stop. One that got no answer is asked for again. */
export function startLoad(plan: LoadPlan) {
  const submitted: Submitted[] = [];
  let isStopping = false;
  const work = async (): Promise<void> => {
    while (!isStopping) {
      const waiting = await unfinished(plan.client);
      if (waiting === undefined || waiting >= UNFINISHED_MAX) await pause(RETRY_MS);
      else submitted.push(await submitUntilAcknowledged(plan, `run-${submitted.length + 1}`));
    }
  };
  const done = work();
  return {
    submitted: submitted as readonly Submitted[],
    /** Nothing that was begun is left half-way. */
    stop: async () => {
      isStopping = true;
      await done;
    },
  };
}

async function submitUntilAcknowledged(plan: LoadPlan, key: string): Promise<Submitted> {
  const { client, flowId, connectionId, record, chance } = plan;
  const seconds = chance.oneOf(['0', '0', '0', '1', '3']);
  const priority = chance.next() < 0.1 ? ('high' as const) : ('normal' as const);
  const inputs = { Key: key, Record: record, Seconds: seconds };
  const body = { flowId, connectionId, mode: 'unattended' as const, inputs, priority };
  for (;;) {
    try {
      const run = await client.submitRun({
        body,
        idempotencyKey: key,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { key, run, acknowledgedAtMs: Date.now() };
    } catch {
      await pause(RETRY_MS);
    }
  }
}

/** Undefined when nobody answers now. */
export async function unfinished(client: ApiClient): Promise<number | undefined> {
  try {
    const { items } = await client.listClusters({ signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    return items.reduce((sum, { waiting, running }) => sum + waiting + running, 0);
  } catch {
    return undefined;
  }
}
