import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import type { Program } from './stack/programs.ts';
import { makeFlow, whenEnded } from './stack/runs.ts';
import { runGateway, type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

/** Two machines with one identity: DESIGN §7.5. */
const isRoot = process.getuid?.() === 0;
let stack: Stack;
let person: Person | undefined;
let connectionId: string;
let flowId: string;
let copy: Program | undefined;

beforeAll(async () => {
  stack = await startStack({ sessionHost: isRoot ? 'linux' : 'virtual' });
  person = isRoot ? makePerson('clone') : undefined;
  const ownUser = (await stack.client.listGateways()).items[0]?.machine?.sessions[0]?.user ?? process.env.USER ?? '';
  connectionId = await makeConnection(stack.client, {
    clusterId: stack.clusterId,
    accountName: person?.user ?? ownUser,
    password: person?.password,
    notifications: false,
  });
  flowId = await makeFlow(stack.client, markedFlow);
}, 180_000);
afterAll(async () => {
  await copy?.end();
  await stack?.close();
  person?.remove();
}, 60_000);

const gateways = async () => (await stack.client.listGateways()).items;
const run = (name: string) => submitHeld(stack, name, { flowId, connectionId });

const journalOf = ({ gatewayData }: Stack): string => readFileSync(join(gatewayData, 'journal.jsonl'), 'utf8');

test('a token enrols one gateway, and an enrolled folder is not enrolled again', async () => {
  const { token } = await stack.client.createEnrolmentToken({ params: { id: stack.clusterId } });
  const again = await stack.enrol({ name: 'machine-1', data: stack.gatewayData, token });
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is enrolled already') });
  expect(await gateways()).toHaveLength(1);
});

test('a copy that comes with an older link number quarantines the identity, and the open link ends', async () => {
  onTestFailed(async () => console.error(await stack.lastWords(), `copy:\n${copy?.log()}`));
  // The copy has the number of the first link; the second link of the original makes it the older one.
  const copied = join(stack.folder, 'copy');
  execFileSync('cp', ['-a', stack.gatewayData, copied]);
  rmSync(join(copied, 'gateway.lock'), { force: true });
  await stack.gateway().end();
  await stack.startGateway();
  await waitUntil('the second link', () => stack.gateway().log().includes('linked to the server') || undefined);
  const before = await run('before');
  await before.marks.whenStarted();

  copy = runGateway(copied, {});
  const [quarantined] = await waitUntil('the gateway to be quarantined', async () => {
    const all = await gateways();
    return all[0]?.quarantined && all[0].status === 'offline' ? all : undefined;
  });
  expect(quarantined).toMatchObject({ quarantined: true, status: 'offline' });
  for (const program of [copy, stack.gateway()])
    await waitUntil('the gateway to say why', () => program.log().includes('link-quarantined') || undefined);
  await copy.end();

  // The original still holds its run, which the copy left alone; nothing new is given to it.
  expect((await stack.client.getRun({ params: { id: before.run.id } })).state).toMatch(/^(starting|running)$/);
  const waiting = await run('waiting');
  const because = await waitUntil(
    'the reason of the waiting run',
    async () => (await stack.client.explainRun({ params: { id: waiting.run.id } })).because ?? undefined,
  );
  expect(because.code).toBe('gateway-quarantined');
  expect([before.marks.starts(), waiting.marks.starts()]).toEqual([1, 0]);
  await stack.client.cancelRun({ params: { id: waiting.run.id } });
  before.marks.letGo();
  // Signed out before the gateway stops: with its data folder gone nobody would be left to do that.
  await waitUntil('the original to end its run', () => journalOf(stack).includes('"phase":"ended"') || undefined);
});

test('enrolled anew the machine takes runs again, and what the quarantined one held is uncertain', async () => {
  await stack.gateway().end();
  const id = (await gateways())[0]?.id ?? '';
  const remove = (query: { confirm?: 'yes' }) => stack.client.removeGateway({ params: { id }, query });
  await expect(remove({})).rejects.toMatchObject({ problem: { status: 409 } });
  await remove({ confirm: 'yes' });
  expect((await stack.client.listRuns()).items.map(({ state }) => state).sort()).toEqual(['cancelled', 'uncertain']);

  rmSync(stack.gatewayData, { recursive: true });
  const wish = { name: 'machine-1', data: stack.gatewayData, recoveryKey: stack.recoveryKey };
  expect(await stack.enrol(wish)).toMatchObject({ code: 0 });
  await stack.startGateway();
  const after = await run('after');
  after.marks.letGo();
  expect((await whenEnded(stack.client, after.run.id)).state).toBe('succeeded');
  expect(after.marks.starts()).toBe(1);
});

test('a copy that comes while the link of the original is up is known by its journal, and starts nothing', async () => {
  onTestFailed(async () => console.error(await stack.lastWords(), `copy:\n${copy?.log()}`));
  const copied = mkdtempSync(join(stack.folder, 'later-copy-'));
  execFileSync('cp', ['-a', `${stack.gatewayData}/.`, copied]);
  rmSync(join(copied, 'gateway.lock'), { force: true });
  const held = await run('held');
  await held.marks.whenStarted();

  copy = runGateway(copied, {});
  await waitUntil('the gateway to be quarantined', async () => (await gateways())[0]?.quarantined || undefined);
  for (const program of [copy, stack.gateway()])
    await waitUntil('the gateway to say why', () => program.log().includes('link-quarantined') || undefined);
  const { state } = await stack.client.getRun({ params: { id: held.run.id } });
  expect([state, held.marks.starts()]).toEqual([expect.stringMatching(/^(starting|running)$/), 1]);
  held.marks.letGo();
  const isOver = () =>
    journalOf(stack)
      .split('\n')
      .some((line) => line.includes(held.run.id) && line.includes('"phase":"ended"'));
  await waitUntil('the original to end its run', () => isOver() || undefined);
});
