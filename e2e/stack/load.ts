import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { isEnded, makeFlow, submit, whenEnded } from './runs.ts';
import { waitUntil } from './wait-until.ts';

const SUBMIT_INTERVAL_MS = 250;
const UNFINISHED_MAX = 4;

/** Marks its start in a file of its own, outside of what Deskhand knows, and works for a moment. */
const namedFlow = `@INPUT Starts : { 'Description': '', 'FriendlyName': 'Starts', 'Type': 'String' }
@INPUT Name : { 'Description': '', 'FriendlyName': 'Name', 'Type': 'String' }
System.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''echo started >> %Starts%/%Name% && sync %Starts%/%Name%''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT 1`;

/** Runs that are submitted one after the other, until told to stop. */
export interface Load {
  /** Ends when as many runs have ended since the load began. */
  ended(count: number): Promise<unknown>;
  /** Waits for the end of every run; answers the ids, and which names were started how often. */
  finish(): Promise<{ readonly ids: readonly string[]; readonly starts: ReadonlyMap<string, number> }>;
}

export async function startLoad(
  client: ApiClient,
  given: { readonly folder: string; readonly connections: readonly string[] },
): Promise<Load> {
  const starts = join(given.folder, `load-${Date.now()}`);
  mkdirSync(starts);
  chmodSync(starts, 0o1777);
  const flowId = await makeFlow(client, namedFlow);
  const ids: string[] = [];
  const finished = new Set<string>();
  let isStopping = false;
  const watch = async (): Promise<void> => {
    for (const id of ids.filter((one) => !finished.has(one))) {
      const run = await client.getRun({ params: { id } }).catch(() => undefined);
      if (run !== undefined && isEnded(run)) finished.add(id);
    }
  };
  const work = async (): Promise<void> => {
    for (let number = 1; !isStopping; number += 1) {
      const connectionId = given.connections[number % given.connections.length] ?? '';
      const inputs = { Starts: starts, Name: `run-${number}` };
      ids.push(await submitUntilAnswered(client, { flowId, connectionId, inputs }, `${starts} ${number}`));
      await pause(SUBMIT_INTERVAL_MS);
      await watch();
      while (!isStopping && ids.length - finished.size >= UNFINISHED_MAX) {
        await pause(SUBMIT_INTERVAL_MS);
        await watch();
      }
    }
  };
  const working = work();
  return {
    ended: async (count) => {
      const before = finished.size;
      await waitUntil(`${count} runs to end`, () => finished.size >= before + count || undefined, 90_000);
    },
    finish: async () => {
      isStopping = true;
      await working;
      for (const id of ids) await whenEnded(client, id, 120_000);
      return { ids, starts: countLines(starts) };
    },
  };
}

/** As a careful client does: a submit without an answer is sent again with the same key. */
async function submitUntilAnswered(
  client: ApiClient,
  wish: Parameters<typeof submit>[1],
  idempotencyKey: string,
): Promise<string> {
  const { id } = await waitUntil('a submit to be answered', () =>
    client.submitRun({ body: { mode: 'unattended', ...wish }, idempotencyKey }).catch(() => undefined),
  );
  return id;
}

function countLines(folder: string): ReadonlyMap<string, number> {
  const linesOf = (name: string): number => readFileSync(join(folder, name), 'utf8').trim().split('\n').length;
  return new Map(readdirSync(folder).map((name) => [name, linesOf(name)]));
}
