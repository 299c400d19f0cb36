import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Chance } from './seeded-chance.ts';

const REQUEST_TIMEOUT_MS = 8_000;
const RETRY_MS = 300;
/** Enough that a gateway which becomes free always finds a run, few enough that all of them end soon. */
const UNFINISHED_MAX = 12;
/** Most runs are short, so that there are many; some last, so that faults meet them at work. */
const SECONDS_OF_WORK = ['0', '0', '0', '0', '0', '0', '1', '3'];

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
  /** One of them by chance for each run. */
  readonly connectionIds: readonly string[];
  readonly record: string;
  readonly chance: Chance;
  /** What its keys begin with. */
  readonly name: string;
}

/** Runs that were acknowledged, submitted until it is told to stop. One that got no answer is asked for again. */
export function startLoad(plan: LoadPlan) {
  const submitted: Submitted[] = [];
  const unanswered: string[] = [];
  const ending = { isStopping: false, isAbandoned: false };
  const work = async (): Promise<void> => {
    while (!ending.isStopping) {
      const waiting = await unfinished(plan.client);
      if (waiting === undefined || waiting >= UNFINISHED_MAX) await pause(RETRY_MS);
      else await submitNext();
    }
  };
  const submitNext = async (): Promise<void> => {
    const key = `${plan.name}-${submitted.length + 1}`;
    const run = await submitUntilAcknowledged(plan, key, () => ending.isAbandoned);
    if (run === undefined) unanswered.push(key);
    else submitted.push({ key, run, acknowledgedAtMs: Date.now() });
  };
  const done = work();
  return {
    submitted: submitted as readonly Submitted[],
    /** Nothing that was begun is left half-way. */
    stop: async () => {
      ending.isStopping = true;
      await done;
    },
    /** Answers what was asked for and never acknowledged: nobody knows whether it was submitted. */
    abandon: async (): Promise<readonly string[]> => {
      ending.isStopping = true;
      ending.isAbandoned = true;
      await done;
      return unanswered;
    },
  };
}

async function submitUntilAcknowledged(plan: LoadPlan, key: string, gaveUp: () => boolean): Promise<Run | undefined> {
  const { client, flowId, connectionIds, record, chance } = plan;
  const seconds = chance.oneOf(SECONDS_OF_WORK);
  const priority = chance.next() < 0.1 ? ('high' as const) : ('normal' as const);
  const inputs = { Key: key, Record: record, Seconds: seconds };
  const connectionId = chance.oneOf(connectionIds);
  const body = { flowId, connectionId, mode: 'unattended' as const, inputs, priority };
  while (!gaveUp()) {
    try {
      return await client.submitRun({
        body,
        idempotencyKey: key,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch {
      await pause(RETRY_MS);
    }
  }
  return undefined;
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
