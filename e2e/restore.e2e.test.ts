import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { makeMarks, type Marks, markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { runProgram } from './stack/programs.ts';
import { endRuns, makeFlow, runState, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

/**
 * A backup under load, work that goes on after it, kill -9, and the restore: DESIGN §7.6 on the real programs. Starts are
 * counted from files that the flows themselves wrote and synced.
 */
const isRoot = process.getuid?.() === 0;
let stack: Stack;
let person: Person | undefined;
let connectionId: string;
let flowId: string;

beforeAll(async () => {
  stack = await startStack({ sessionHost: isRoot ? 'linux' : 'virtual' });
  person = isRoot ? makePerson('restore') : undefined;
  const ownUser = (await stack.client.listGateways()).items[0]?.machine?.sessions[0]?.user ?? process.env.USER ?? '';
  connectionId = await makeConnection(stack.client, {
    clusterId: stack.clusterId,
    accountName: person?.user ?? ownUser,
    password: person?.password,
    whenSessionBlocked: 'wait',
    notifications: false,
  });
  flowId = await makeFlow(stack.client, markedFlow);
}, 180_000);
afterAll(async () => {
  if (stack !== undefined) await endRuns(stack.client);
  await stack?.close();
  person?.remove();
}, 60_000);

interface Marked {
  readonly run: Run;
  readonly marks: Marks;
}
async function submitted(name: string, priority: 'high' | 'normal' = 'normal'): Promise<Marked> {
  const marks = makeMarks(stack.folder, name);
  return {
    marks,
    run: await submit(stack.client, { flowId, connectionId, priority, inputs: { Marks: marks.folder } }),
  };
}
const endOf = async ({ run }: Marked): Promise<string> => (await whenEnded(stack.client, run.id, 90_000)).state;
const deskhand = (...args: string[]) => runProgram('cli', [...args, '--data', stack.serverData, '--json']);

/** Submits one run after another until it is told to stop; answers those that were acknowledged. */
function load(): { stop(): Promise<readonly Marked[]> } {
  let isStopping = false;
  const all: Marked[] = [];
  const working = (async () => {
    while (!isStopping && all.length < 200) {
      const one = await submitted(`load-${all.length}`);
      one.marks.letGo();
      all.push(one);
    }
  })();
  return {
    stop: async () => {
      isStopping = true;
      await working;
      return all;
    },
  };
}

test('after a restore nothing that was acknowledged is missing, nothing starts twice, and what came since is named', async () => {
  onTestFailed(async () => console.error(await stack.lastWords()));
  const done = await submitted('done');
  done.marks.letGo();
  expect(await endOf(done)).toBe('succeeded');
  const running = await submitted('running');
  await running.marks.whenStarted();
  const queued = [await submitted('queued-1', 'high'), await submitted('queued-2', 'high')] as const;

  const busy = load();
  const file = join(stack.folder, 'deskhand.backup');
  const backup = await deskhand('backup', file);
  const later = await busy.stop();
  expect({ code: backup.code, stderr: backup.stderr }).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(backup.stdout)).toMatchObject({ file, tables: { account: 1 } });
  const text = gunzipSync(readFileSync(file)).toString('latin1');
  if (person) expect(text.includes(person.password)).toBe(false);

  // It goes on: what ran ends, a run of after the backup starts and ends, one that the backup believes to wait is at work.
  const since = await submitted('since', 'high');
  await stack.client.moveToTop({ params: { id: stack.clusterId }, body: { runs: [since.run.id] } });
  for (const one of [running, since, queued[0]]) {
    one.marks.letGo();
    expect(await endOf(one)).toBe('succeeded');
  }
  await queued[1].marks.whenStarted();
  await stack.server().kill();

  expect(await deskhand('restore', file, '--check')).toMatchObject({ code: 0 });
  const refused = await deskhand('restore', file);
  expect({ code: refused.code, says: refused.stderr.includes('restore-not-empty') }).toEqual({ code: 6, says: true });
  expect((await deskhand('restore', file, '--replace')).code).toBe(0);
  await stack.restartServer();

  await waitUntil('every journal to be reported', async () => {
    const recovery = await stack.client.getRecovery();
    return recovery.because === 'restored' && !recovery.recovering;
  });
  expect((await runState(stack.client, queued[0].run.id)).state).toBe('succeeded');
  queued[1].marks.letGo();
  for (const one of [done, running, ...queued]) expect(await endOf(one)).toBe('succeeded');
  for (const one of [done, running, ...queued, since]) expect(one.marks.starts()).toBe(1);

  const named = (await stack.client.listJournalOnlyRuns()).items;
  expect(named).toMatchObject([{ runId: since.run.id, gatewayName: 'machine-1', outcome: 'succeeded' }]);
  expect(named[0]?.flowName).toMatch(/^Flow /);
  const known = await Promise.all(later.map(({ run }) => runState(stack.client, run.id).catch(() => undefined)));
  // What is in the backup is a beginning of what was acknowledged: nothing is missing from its middle.
  const kept = known.filter((run) => run !== undefined).length;
  expect(known.slice(0, kept).every((run) => run !== undefined)).toBe(true);
  for (const one of later.slice(0, Math.min(kept, 3))) {
    expect(await endOf(one)).toBe('succeeded');
    expect(one.marks.starts()).toBe(1);
  }
  for (const one of later.slice(kept)) expect(one.marks.starts()).toBeLessThanOrEqual(1);
}, 400_000);
