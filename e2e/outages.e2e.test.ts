import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { makeMarks, markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { isEnded, makeFlow, runState, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { isSignedIn, keepPostgresAway } from './stack/victims.ts';
import { waitUntil } from './stack/wait-until.ts';

/** What is away for a while, and what has become of the work when it is back: DESIGN §7.4, §7.8. */
const POSTGRES_AWAY_MS = 20_000;
const isRoot = process.getuid?.() === 0;
let stack: Stack;
let person: Person | undefined;
let connectionId: string;
let flowId: string;

beforeAll(async () => {
  stack = await startStack({ sessionHost: isRoot ? 'linux' : 'virtual' });
  person = isRoot ? makePerson('outage') : undefined;
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
  await stack?.close();
  person?.remove();
}, 60_000);

const run = (name: string, wish: { executionTimeoutMs?: number; startDeadlineMs?: number } = {}) => {
  onTestFailed(async () => console.error(await stack.lastWords()));
  return submitHeld(stack, name, { flowId, connectionId, ...wish });
};
const gatewaySays = (text: string) =>
  waitUntil(`the gateway to say ${text}`, () => stack.gateway().log().includes(text) || undefined);

test('a run that ends while the server is away is reported when it is back', async () => {
  const { marks, run: one } = await run('server-away');
  await marks.whenStarted();
  await stack.server().kill();
  await gatewaySays('the link to the server is down');
  marks.letGo();
  await waitUntil('the account to be signed out', () => (person ? !isSignedIn(person.uid) : true) || undefined);
  await stack.restartServer();
  expect((await whenEnded(stack.client, one.id)).state).toBe('succeeded');
  expect(marks.starts()).toBe(1);
});

test('the gateway alone ends a run at its execution timeout while the server is away', async () => {
  const { marks, run: one } = await run('server-away-timeout', { executionTimeoutMs: 4_000 });
  await marks.whenStarted();
  await stack.server().kill();
  await waitUntil('the account to be signed out', () => (person ? !isSignedIn(person.uid) : true) || undefined);
  await stack.restartServer();
  expect(await whenEnded(stack.client, one.id)).toMatchObject({ state: 'timedOut', error: { code: 'run-timed-out' } });
  expect(marks.starts()).toBe(1);
});

test('while PostgreSQL is away submits are refused honestly; nothing acknowledged is lost and all goes on', async () => {
  const held = await run('held');
  await held.marks.whenStarted();
  const queued = await run('queued');
  const database = await keepPostgresAway(stack.serverData);
  const goneAt = performance.now();
  const marks = makeMarks(stack.folder, 'refused');
  const wish = { flowId, connectionId, inputs: { Marks: marks.folder } };
  await expect(submit(stack.client, wish)).rejects.toMatchObject({
    problem: { status: 503, code: 'server-unavailable' },
  });
  expect((await fetch(`${stack.address}/readyz`)).status).toBe(503);
  held.marks.letGo();
  await pause(Math.max(0, POSTGRES_AWAY_MS - (performance.now() - goneAt)));
  await expect(submit(stack.client, wish)).rejects.toMatchObject({ problem: { status: 503 } });
  database.letGo();

  queued.marks.letGo();
  for (const { run: one } of [held, queued]) expect((await whenEnded(stack.client, one.id)).state).toBe('succeeded');
  expect([held.marks.starts(), queued.marks.starts(), marks.starts()]).toEqual([1, 1, 0]);
  // Refused is refused: it does not start later.
  expect((await stack.client.listRuns()).items.every(isEnded)).toBe(true);
});

test('without a gateway a run times out at its start deadline with the last reason, also over a restart of the server', async () => {
  await stack.gateway().end();
  const { marks, run: one } = await run('nobody', { startDeadlineMs: 8_000 });
  await stack.server().kill();
  await stack.restartServer();
  expect((await runState(stack.client, one.id)).state).toBe('queued');
  const ended = await whenEnded(stack.client, one.id);
  expect(ended).toMatchObject({ state: 'timedOut', error: { code: 'NoCandidateMachine' } });
  expect(ended.error?.details).toContain('machine-1');
  await stack.startGateway();
  expect(marks.starts()).toBe(0);
});
