import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { linuxSessionLimit } from '@deskhand/domain/capacity/session-limit.ts';
import type { Rehearsal } from '@deskhand/domain/session/machine.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { PersonDesktop } from '../packages/gateway/session-desktop/testing/person-session.ts';
import { submitHeld } from './stack/held-runs.ts';
import { openDesktopOf, whenNoSessionSeen, whenSessionSeen } from './stack/desktops.ts';
import { type Marks, markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { type Program, runProgram } from './stack/programs.ts';
import { makeFlow, submit, whenEnded, whenRunning } from './stack/runs.ts';
import { runGateway, type Stack, startStack } from './stack/stack.ts';
import { processes } from './stack/victims.ts';
import { waitUntil } from './stack/wait-until.ts';

/**
 * The two Windows policies on a Linux machine with real sessions. A machine of one session answers for all that is signed
 * in there, so these tests have the machine to themselves.
 */
const isRoot = process.getuid?.() === 0;

/** What this machine is measured to hold. */
const measured = linuxSessionLimit(totalmem(), cpus().length);

/** The reference, word by word: with and without "an". */
const single =
  'Cannot execute desktop flow. There is a locked or an inactive Windows user session on the target device';
const multi = 'Cannot execute desktop flow. There is a locked or inactive Windows user session on the target device';
const texts = { 'single-session': single, 'multi-session': multi } as const;
type Rehearsed = keyof typeof texts;
const policies: readonly Rehearsed[] = ['single-session', 'multi-session'];

const whereFlow = `@OUTPUT Display : { 'Description': '', 'FriendlyName': 'Display', 'Type': 'String' }
System.GetEnvironmentVariable.GetEnvironmentVariable Name: $'''DISPLAY''' Value=> Display`;

describe.runIf(isRoot)('rehearsal of the Windows policies', () => {
  let stack: Stack;
  let flows: { readonly where: string; readonly marked: string };
  let alice: User;
  let bob: User;
  let carol: User;
  interface User {
    readonly person: Person;
    readonly connectionId: string;
  }

  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    flows = { where: await makeFlow(stack.client, whereFlow), marked: await makeFlow(stack.client, markedFlow) };
    [alice, bob, carol] = [await newUser(), await newUser(), await newUser()];
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    for (const user of [alice, bob, carol]) user?.person.remove();
  }, 60_000);
  beforeEach(() => onTestFailed(async () => console.error(await stack.lastWords())));

  async function newUser(): Promise<User> {
    const person = makePerson('rehearse');
    const { clusterId, client } = stack;
    const wish = { clusterId, accountName: person.user, password: person.password, notifications: false };
    return { person, connectionId: await makeConnection(client, wish) };
  }
  const deskhand = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, DESKHAND_SERVER: stack.address, DESKHAND_TOKEN: stack.token };
    const { code, stdout, stderr } = await runProgram('cli', [...args, '--json'], '', { env });
    if (code !== 0) throw new Error(`deskhand ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const rehearse = async (policy: Rehearsal, gateway = 'machine-1'): Promise<void> => {
    await deskhand('gateways', 'set', gateway, '--rehearse', policy);
    const { items } = await stack.client.listGateways();
    expect(items.find(({ name }) => name === gateway)?.machine).toMatchObject({ rehearsal: policy });
  };
  const runNow = async ({ connectionId }: User, mode: 'attended' | 'unattended' = 'unattended') =>
    whenEnded(stack.client, (await submit(stack.client, { flowId: flows.where, connectionId, mode })).id);
  const submitMarked = async ({ connectionId }: User): Promise<{ readonly id: string; readonly marks: Marks }> => {
    const { run, marks } = await submitHeld(stack, 'marks', { flowId: flows.marked, connectionId });
    return { id: run.id, marks };
  };
  const whenWaits = (id: string, code: string) =>
    waitUntil(`run ${id} to wait because of ${code}`, async () => {
      const { because } = await stack.client.explainRun({ params: { id } });
      return because?.code === code ? because : undefined;
    });
  /** All go on to their ends, and the accounts are free again. */
  const letFinish = async (...runs: readonly { readonly id: string; readonly marks: Marks }[]): Promise<void> => {
    for (const { marks } of runs) marks.letGo();
    for (const { id } of runs) expect((await whenEnded(stack.client, id)).state).toBe('succeeded');
    for (const { person } of [alice, bob, carol]) await whenNoSessionSeen(stack.client, person);
  };

  describe.each(policies)('%s, nobody is signed in', (policy) => {
    beforeAll(() => rehearse(policy));

    test('S15, S17, S18: Deskhand makes a session, shows it to nobody, and ends it', async () => {
      const run = await submitMarked(alice);
      await run.marks.whenStarted();
      const session = await waitUntil('the gateway to tell of its session', async () =>
        (await stack.client.listGateways()).items[0]?.machine?.sessions.find(({ runId }) => runId === run.id),
      );
      expect(session).toMatchObject({ user: alice.person.user, ours: true });
      for (const [who, uid] of Object.entries({ bob: bob.person.uid, console: 0 }))
        expect({ who, opened: opensDisplay(uid, session.display ?? '') }).toEqual({ who, opened: false });
      await letFinish(run);
      await waitUntil('its processes to be gone', () => !processes().some(({ uid }) => uid === alice.person.uid));
    });

    test('S21: attended without a session of the user is refused', async () => {
      const { state, error } = await runNow(alice, 'attended');
      expect({ state, code: error?.code, message: error?.message }).toEqual({
        state: 'failed',
        code: 'attended-not-signed-in',
        message: `Cannot execute desktop flow. ${alice.person.user} is not signed in on the target device`,
      });
    });

    test('S40: a second run of one account waits for the first', async () => {
      const first = await submitMarked(alice);
      await first.marks.whenStarted();
      const second = await submitMarked(alice);
      await whenWaits(second.id, policy === 'single-session' ? 'no-free-slot' : 'user-busy');
      expect(second.marks.starts()).toBe(0);
      await letFinish(first, second);
    });
  });

  test('S41: a single-session machine runs one at a time, whatever capacity it is set to', async () => {
    await rehearse('single-session');
    await deskhand('gateways', 'set', 'machine-1', '--capacity', '5');
    const first = await submitMarked(alice);
    await first.marks.whenStarted();
    const second = await submitMarked(bob);
    expect((await whenWaits(second.id, 'no-free-slot')).message).toBe('The machine is busy with another run.');
    expect(second.marks.starts()).toBe(0);
    await letFinish(first, second);
    await deskhand('gateways', 'set', 'machine-1', '--capacity', 'measured');
  });

  test('S34, S39: a server without Remote Desktop Services runs two users at once and no third', async () => {
    await rehearse('multi-session');
    await deskhand('gateways', 'set', 'machine-1', '--capacity', '5');
    const first = await submitMarked(alice);
    const second = await submitMarked(bob);
    await Promise.all([first.marks.whenStarted(), second.marks.whenStarted()]);
    const third = await submitMarked(carol);
    expect((await whenWaits(third.id, 'no-free-slot')).message).toBe('All 2 user sessions of the machine are in use.');
    for (const { id } of [first, second]) await whenRunning(stack.client, id);
    expect(third.marks.starts()).toBe(0);
    await letFinish(first, second, third);
    await deskhand('gateways', 'set', 'machine-1', '--capacity', 'measured');
  });

  test('S39: with Remote Desktop Services it runs as many users at once as its machine holds, and a capacity only lowers that', async () => {
    await rehearse('multi-session-rds');
    await deskhand('gateways', 'set', 'machine-1', '--capacity', '500');
    expect((await stack.client.listGateways()).items[0]?.machine?.sessionLimit).toBe(measured);
    const atOnce = [await submitMarked(alice), await submitMarked(bob), await submitMarked(carol)];
    await Promise.all(atOnce.map(({ marks }) => marks.whenStarted()));
    for (const { id } of atOnce) await whenRunning(stack.client, id);
    await letFinish(...atOnce);

    await deskhand('gateways', 'set', 'machine-1', '--capacity', '2');
    const [first, second] = [await submitMarked(alice), await submitMarked(bob)];
    await Promise.all([first.marks.whenStarted(), second.marks.whenStarted()]);
    const third = await submitMarked(carol);
    expect((await whenWaits(third.id, 'no-free-slot')).message).toBe('All 2 user sessions of the machine are in use.');
    expect(third.marks.starts()).toBe(0);
    await letFinish(first, second, third);
    await deskhand('gateways', 'set', 'machine-1', '--capacity', 'measured');
  });

  describe('a person is signed in', () => {
    let desktop: PersonDesktop;
    let member: Program | undefined;
    beforeAll(async () => {
      desktop = await openDesktopOf(alice.person);
      await whenSessionSeen(stack.client, alice.person, false);
    }, 60_000);
    afterAll(async () => {
      await member?.end();
      await desktop?.close();
    }, 60_000);

    describe.each(policies)('%s', (policy) => {
      const refused = async (user: User, mode: 'attended' | 'unattended', code: string): Promise<void> => {
        const { state, error } = await runNow(user, mode);
        const message = texts[policy];
        expect({ state, code: error?.code, message: error?.message }).toEqual({ state: 'failed', code, message });
      };
      const code = policy === 'single-session' ? 'session-exists-single' : 'session-exists-multi';
      beforeAll(() => rehearse(policy));

      test('S19, S20: an open session of the same account refuses an unattended run, with its text', () =>
        refused(alice, 'unattended', code));

      test('S22: the session of another person is not the run’s, and their own is', async () => {
        const { state, error } = await runNow(bob, 'attended');
        expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'attended-not-signed-in' });
        expect(await runNow(alice, 'attended')).toMatchObject({
          state: 'succeeded',
          outputs: { Display: desktop.display },
        });
      });

      test('S16, S19, S20, S23: a locked session refuses either mode, with its text', async () => {
        await desktop.lock();
        await whenSessionSeen(stack.client, alice.person, true);
        await refused(alice, 'unattended', code);
        await refused(alice, 'attended', 'attended-locked');
        if (policy === 'single-session') await refused(bob, 'unattended', code);
        else expect((await runNow(bob)).state).toBe('succeeded');
        await desktop.unlock();
        await whenSessionSeen(stack.client, alice.person, false);
      });
    });

    test('S57, S58: the check of the machine names the session that is in the way, also a locked one', async () => {
      const { client } = stack;
      const id = (await client.listGateways()).items.find(({ name }) => name === 'machine-1')?.id ?? '';
      await desktop.lock();
      await whenSessionSeen(client, alice.person, true);
      await client.askDoctor({ params: { id } });
      const report = await waitUntil('machine-1 to have looked at its machine', async () => {
        const check = await client.getDoctor({ params: { id } });
        return check.state === 'answered' ? (check.report ?? undefined) : undefined;
      });
      const { found } = report.checks.find(({ name }) => name === 'sessions') ?? {};
      expect(found).toContain(`${alice.person.user} (active, locked)`);
      await desktop.unlock();
      await whenSessionSeen(client, alice.person, false);
    });

    test('S33: a queued run with a start deadline of 20 s times out with the last reason of each of two members', async () => {
      const { client, clusterId, recoveryKey } = stack;
      const data = join(stack.folder, 'machine-2');
      expect((await stack.enrol({ name: 'machine-2', data, recoveryKey })).code).toBe(0);
      member = runGateway(data, {});
      await client.updateCluster({ params: { id: clusterId }, body: { runOnAllGateways: true } });
      await whenSessionSeen(client, alice.person, false);
      await rehearse('single-session', 'machine-1');
      await rehearse('multi-session', 'machine-2');
      await client.updateConnection({ params: { id: alice.connectionId }, body: { whenSessionBlocked: 'wait' } });
      const wish = ['--connection', alice.connectionId, '--mode', 'unattended', '--start-deadline', '20s'];
      const { id } = JSON.parse(await deskhand('runs', 'submit', flows.where, ...wish)) as { readonly id: string };
      const { state, error, requestedAt, endedAt } = await whenEnded(client, id);
      expect({ state, code: error?.code, details: error?.details?.split('\n').toSorted() }).toEqual({
        state: 'timedOut',
        code: 'NoCandidateMachine',
        details: [`machine-1: ${single}`, `machine-2: ${multi}`],
      });
      expect(Date.parse(endedAt ?? '') - Date.parse(requestedAt)).toBeGreaterThanOrEqual(20_000);
    });
  });
});

/** Whoever has the number of the display and not its cookie. */
function opensDisplay(uid: number, display: string): boolean {
  const env = { PATH: process.env.PATH ?? '', DISPLAY: display, HOME: '/nonexistent' };
  const args = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--', 'xdpyinfo'];
  const { status, error } = spawnSync('setpriv', args, { env, stdio: 'ignore', timeout: 15_000 });
  if (error) throw error;
  return status === 0;
}
