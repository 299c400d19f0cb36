import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { submitHeld } from './stack/held-runs.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;

/** DESIGN §7.3: a gateway that cannot write its journal acquires nothing more, and goes on when it can. */
describe.runIf(isRoot)('a gateway whose disk is full', () => {
  let stack: Stack;
  let person: Person;
  let folder: string;
  let disk: string;
  let connectionId: string;
  let flowId: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dh-disk-'));
    chmodSync(folder, 0o711);
    disk = join(folder, 'gateway');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'deskhand-test', disk]);
    stack = await startStack({ sessionHost: 'linux', gatewayData: disk });
    person = makePerson('disk');
    const { clusterId } = stack;
    const wish = { clusterId, accountName: person.user, password: person.password, notifications: false };
    connectionId = await makeConnection(stack.client, { ...wish, whenSessionBlocked: 'wait' });
    flowId = await makeFlow(stack.client, markedFlow);
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    // A session that still ends must not keep the folder.
    execFileSync('umount', ['--lazy', disk]);
    rmSync(folder, { recursive: true });
    person?.remove();
  }, 60_000);

  const ballast = () => join(disk, 'ballast');
  const fill = () => {
    onTestFailed(() => rmSync(ballast(), { force: true }));
    for (let bytes = statfsSync(disk).bavail * statfsSync(disk).bsize; bytes > 0; bytes = bytes >> 1)
      try {
        writeFileSync(ballast(), Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        // Half of it may still fit.
      }
  };
  const run = (name: string) => submitHeld(stack, name, { flowId, connectionId });
  const journalFault = async () => (await stack.client.listGateways()).items[0]?.journalFault;

  test('ends the run it holds, takes nothing more and says so; with room again it goes on, and each run starts once', async () => {
    onTestFailed(async () => console.error(await stack.lastWords()));
    const held = await run('held');
    await held.marks.whenStarted();
    fill();
    held.marks.letGo();
    const waiting = await run('waiting');

    const fault = await waitUntil('the gateways page to tell it', async () => (await journalFault()) ?? undefined);
    expect(fault).toContain(join(disk, 'journal.jsonl'));
    expect(await whenEnded(stack.client, held.run.id)).toMatchObject({ state: 'succeeded' });
    const because = await waitUntil('the reason of the waiting run', async () => {
      const { because } = await stack.client.explainRun({ params: { id: waiting.run.id } });
      return because?.remedy.includes('journal') ? because : undefined;
    });
    expect(because.remedy).toContain(disk);
    expect(waiting.marks.starts()).toBe(0);

    unlinkSync(ballast());
    await waitUntil('the fault to be gone', async () => (await journalFault()) === null || undefined);
    waiting.marks.letGo();
    expect(await whenEnded(stack.client, waiting.run.id)).toMatchObject({ state: 'succeeded' });
    expect([held.marks.starts(), waiting.marks.starts()]).toEqual([1, 1]);
  });

  test('killed while its disk is full and started when there is room, it starts nothing twice', async () => {
    onTestFailed(async () => console.error(await stack.lastWords()));
    const held = await run('killed');
    await held.marks.whenStarted();
    fill();
    held.marks.letGo();
    await waitUntil('the gateway to meet its full disk', async () => (await journalFault()) ?? undefined);
    const waiting = await run('after-kill');
    await stack.gateway().kill();
    waiting.marks.letGo();
    unlinkSync(ballast());
    await stack.startGateway();
    for (const { run: one } of [held, waiting]) expect((await whenEnded(stack.client, one.id)).state).toBe('succeeded');
    expect([held.marks.starts(), waiting.marks.starts()]).toEqual([1, 1]);
  });
});
