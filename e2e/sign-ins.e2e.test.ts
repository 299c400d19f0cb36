import { execFileSync, spawn } from 'node:child_process';
import { createClient } from '@deskhand/protocol/http/client.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { PersonDesktop } from '../packages/gateway/session-desktop/testing/person-session.ts';
import { submitHeld } from './stack/held-runs.ts';
import { openDesktopOf, whenSessionSeen } from './stack/desktops.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, submit, whenEnded, whenState } from './stack/runs.ts';
import { signIn, type Stack, startStack } from './stack/stack.ts';
import { killRunnerOf, processes } from './stack/victims.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;

const whereFlow = `@OUTPUT Display : { 'Description': '', 'FriendlyName': 'Display', 'Type': 'String' }
@OUTPUT Uid : { 'Description': '', 'FriendlyName': 'Uid', 'Type': 'String' }
System.GetEnvironmentVariable.GetEnvironmentVariable Name: $'''DISPLAY''' Value=> Display
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''id -u''' StandardOutput=> Uid StandardError=> Err ExitCode=> Code`;
const failingFlow = `FlowControl.ThrowCustomError CustomErrorCode: $'''Nope''' CustomErrorMessage: $'''It was meant to fail.'''`;
const stubbornFlow = `@INPUT Marks : { 'Description': '', 'FriendlyName': 'Marks', 'Type': 'String' }
Scripting.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''setsid sleep 600 & echo started >> %Marks%/starts''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT 600`;

describe.runIf(isRoot)('real sign-ins', () => {
  let stack: Stack;
  const people: Person[] = [];
  const newPerson = (): Person => {
    const person = makePerson('sign');
    people.push(person);
    return person;
  };
  beforeEach(() => onTestFailed(async () => console.error(await stack.lastWords())));
  const connect = (person: Person, password = person.password) =>
    makeConnection(stack.client, { clusterId: stack.clusterId, accountName: person.user, password });
  const processesOf = (person: Person) => processes().filter(({ uid }) => uid === person.uid);
  const nothingLeft = (person: Person) =>
    waitUntil(
      `every process of ${person.user} to be gone`,
      () => processesOf(person).length === 0 || undefined,
      15_000,
    );

  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    for (const person of people) person.remove();
  }, 60_000);

  test('an unattended run signs the account in, runs as it on a display of its own, and leaves nothing', async () => {
    const person = newPerson();
    const ended = await whenEnded(
      stack.client,
      (
        await submit(stack.client, {
          flowId: await makeFlow(stack.client, whereFlow),
          connectionId: await connect(person),
        })
      ).id,
    );
    expect(ended).toMatchObject({ state: 'succeeded', error: null });
    expect(String(ended.outputs.Uid).trim()).toBe(String(person.uid));
    expect(String(ended.outputs.Display)).toMatch(/^:1\d\d/);
    await nothingLeft(person);
  });

  test.each([
    ['a wrong password', 'password-wrong', (_person: Person) => undefined, 'not the password'],
    [
      'an expired password',
      'password-expired',
      (person: Person) => execFileSync('chage', ['--lastday', '0', person.user]),
      undefined,
    ],
    [
      'an expired account',
      'account-expired',
      (person: Person) => execFileSync('chage', ['--expiredate', '2001-01-01', person.user]),
      undefined,
    ],
  ])('%s ends the run with its own code', async (_what, code, prepare, password) => {
    const person = newPerson();
    prepare(person);
    const flowId = await makeFlow(stack.client, whereFlow);
    const ended = await whenEnded(
      stack.client,
      (await submit(stack.client, { flowId, connectionId: await connect(person, password ?? person.password) })).id,
    );
    expect({ state: ended.state, code: ended.error?.code }).toEqual({ state: 'failed', code });
    await nothingLeft(person);
  });

  test('an account that the machine does not know is told as such', async () => {
    const connectionId = await makeConnection(stack.client, {
      clusterId: stack.clusterId,
      accountName: 'nobody-of-this-name',
      password: 'x',
    });
    const ended = await whenEnded(
      stack.client,
      (await submit(stack.client, { flowId: await makeFlow(stack.client, whereFlow), connectionId })).id,
    );
    expect(ended.error?.code).toBe('account-unknown');
  });

  test('S34, S40: two accounts run at once, the same account waits for itself', async () => {
    const [one, two] = [newPerson(), newPerson()];
    const flowId = await makeFlow(stack.client, markedFlow);
    const connection = await connect(one);
    const first = await submitHeld(stack, 'first', { flowId, connectionId: connection });
    const second = await submitHeld(stack, 'second', { flowId, connectionId: await connect(two) });
    await Promise.all([first.marks.whenStarted(), second.marks.whenStarted()]);
    const third = await submitHeld(stack, 'third', { flowId, connectionId: connection });
    const reason = await waitUntil(
      'the reason of the third run',
      async () => (await stack.client.explainRun({ params: { id: third.run.id } })).because ?? undefined,
    );
    expect(reason.code).toBe('user-busy');
    expect(third.marks.starts()).toBe(0);
    for (const { marks } of [first, second, third]) marks.letGo();
    for (const { run } of [first, second, third])
      expect((await whenEnded(stack.client, run.id)).state).toBe('succeeded');
  });

  test('S21: attended without a session of the user is refused with its text', async () => {
    const ended = await whenEnded(
      stack.client,
      (
        await submit(stack.client, {
          flowId: await makeFlow(stack.client, whereFlow),
          connectionId: await connect(newPerson()),
          mode: 'attended',
        })
      ).id,
    );
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'attended-not-signed-in' } });
  });

  describe('in the open session of a person', () => {
    let person: Person;
    let desktop: PersonDesktop;
    let connectionId: string;
    const titles: string[] = [];
    let monitor: ReturnType<typeof spawn>;

    beforeAll(async () => {
      person = newPerson();
      connectionId = await connect(person);
      desktop = await openDesktopOf(person);
      monitor = watchPopups(person, desktop, titles);
      await whenSessionSeen(stack.client, person, false);
    }, 60_000);
    afterAll(async () => {
      monitor?.kill();
      await desktop?.close();
    }, 30_000);

    test('S14: the run uses that session and leaves it open', async () => {
      const ended = await whenEnded(
        stack.client,
        (
          await submit(stack.client, {
            flowId: await makeFlow(stack.client, whereFlow),
            connectionId,
            mode: 'attended',
          })
        ).id,
      );
      expect(ended).toMatchObject({ state: 'succeeded', outputs: { Display: desktop.display } });
      expect((await desktop.run('/usr/bin/xdotool', 'getdisplaygeometry')).code).toBe(0);
    });

    test('S62–S67: all five popups appear', async () => {
      titles.length = 0;
      await whenEnded(
        stack.client,
        (
          await submit(stack.client, {
            flowId: await makeFlow(stack.client, failingFlow),
            connectionId,
            mode: 'attended',
          })
        ).id,
      );
      const { run, marks } = await submitHeld(stack, 'popups', {
        flowId: await makeFlow(stack.client, markedFlow),
        connectionId,
        mode: 'attended',
      });
      await marks.whenStarted();
      await stack.client.cancelRun({ params: { id: run.id } });
      await whenEnded(stack.client, run.id);
      await whenEnded(
        stack.client,
        (
          await submit(stack.client, {
            flowId: await makeFlow(stack.client, whereFlow),
            connectionId,
            mode: 'attended',
          })
        ).id,
      );
      const kinds = ['downloading', 'running', 'failed', 'cancelled', 'succeeded'];
      await waitUntil(
        `popups about ${kinds.join(', ')}; seen: ${titles.join(' | ')}`,
        () => kinds.every((kind) => titles.some((title) => title.toLowerCase().includes(kind))) || undefined,
      );
    });

    test('S62: none appears when they are switched off', async () => {
      await stack.client.updateConnection({ params: { id: connectionId }, body: { notifications: false } });
      titles.length = 0;
      await whenEnded(
        stack.client,
        (
          await submit(stack.client, {
            flowId: await makeFlow(stack.client, whereFlow),
            connectionId,
            mode: 'attended',
          })
        ).id,
      );
      expect(titles).toEqual([]);
    });

    test('S23: a locked session refuses the run, and unlocking lets the next one in', async () => {
      await desktop.lock();
      await whenSessionSeen(stack.client, person, true);
      const flowId = await makeFlow(stack.client, whereFlow);
      const refused = await whenEnded(
        stack.client,
        (await submit(stack.client, { flowId, connectionId, mode: 'attended' })).id,
      );
      expect(refused.state).toBe('failed');
      expect(refused.error?.message).toContain(
        'Cannot execute desktop flow. There is a locked or inactive user session on the target device',
      );
      await desktop.unlock();
      await whenSessionSeen(stack.client, person, false);
      expect(
        (await whenEnded(stack.client, (await submit(stack.client, { flowId, connectionId, mode: 'attended' })).id))
          .state,
      ).toBe('succeeded');
    });

    test('S20: unattended for a person who is signed in is refused', async () => {
      const refused = await whenEnded(
        stack.client,
        (await submit(stack.client, { flowId: await makeFlow(stack.client, whereFlow), connectionId })).id,
      );
      expect(refused).toMatchObject({ state: 'failed', error: { code: 'session-exists-multi' } });
    });
  });

  describe('however a run ends, its account is signed out', () => {
    const started = async (person: Person, name: string, executionTimeoutMs?: number) => {
      const wish = { flowId: await makeFlow(stack.client, stubbornFlow), connectionId: await connect(person) };
      const { run, marks } = await submitHeld(stack, name, {
        ...wish,
        ...(executionTimeoutMs ? { executionTimeoutMs } : {}),
      });
      await marks.whenStarted();
      return run;
    };

    test('after a cancel', async () => {
      const person = newPerson();
      const run = await started(person, 'ends-cancelled');
      await stack.client.cancelRun({ params: { id: run.id } });
      expect((await whenEnded(stack.client, run.id)).state).toBe('cancelled');
      await nothingLeft(person);
    });

    test('after its execution timeout', async () => {
      const person = newPerson();
      const run = await started(person, 'ends-timed-out', 5_000);
      expect(await whenEnded(stack.client, run.id)).toMatchObject({
        state: 'timedOut',
        error: { code: 'run-timed-out' },
      });
      await nothingLeft(person);
    });

    test('after its runner crashed', async () => {
      const person = newPerson();
      const run = await started(person, 'ends-crashed');
      await whenState(stack.client, run.id, ({ state }) => state === 'running', 'running');
      await killRunnerOf(run.id);
      expect(await whenEnded(stack.client, run.id)).toMatchObject({ state: 'failed', error: { code: 'RunnerLost' } });
      await nothingLeft(person);
    });
  });

  describe('S09: accounts that do not belong together are refused', () => {
    test('an operating-system account that is not the person’s own', async () => {
      const person = newPerson();
      const connectionId = await connect(person);
      const me = await stack.client.whoAmI();
      await stack.client.updateAccount({
        params: { id: me.id },
        body: { osAccounts: me.osAccounts.filter((name) => name !== person.user) },
      });
      const submitted = submit(stack.client, { flowId: await makeFlow(stack.client, whereFlow), connectionId });
      await expect(submitted).rejects.toMatchObject({
        problem: { code: 'AccountMismatch', detail: expect.stringContaining(person.user) },
      });
    });

    test('a gateway that is not shared with the person', async () => {
      const eve = { email: `eve${Date.now()}@corp.example`, password: 'a long sentence of Eve' };
      const account = await stack.client.createAccount({
        body: { name: 'Eve', ...eve, roles: ['maker'], osAccounts: ['eve'] },
      });
      const client = await signedIn(stack, eve);
      const connection = await client.createConnection({
        body: { name: 'mine', clusterId: stack.clusterId, accountName: 'eve' },
      });
      const flowId = await makeFlow(client, whereFlow);
      await expect(submit(client, { flowId, connectionId: connection.id, mode: 'attended' })).rejects.toMatchObject({
        problem: { code: 'AccountMismatch' },
      });
      expect(account.osAccounts).toEqual(['eve']);
    });

    test('S08: an account of a public mail domain', async () => {
      const made = stack.client.createAccount({
        body: { name: 'Eve', email: 'eve@gmail.com', password: 'a long sentence of Eve', roles: ['maker'] },
      });
      await expect(made).rejects.toMatchObject({ problem: { code: 'personal-mail-domain' } });
    });
  });
});

/** Titles of everything that is notified on the person's own bus. */
function watchPopups(person: Person, desktop: PersonDesktop, titles: string[]): ReturnType<typeof spawn> {
  const address = desktop.entrance.environment.DBUS_SESSION_BUS_ADDRESS ?? '';
  const monitor = spawn(
    'setpriv',
    [
      `--reuid=${person.uid}`,
      `--regid=${person.uid}`,
      '--clear-groups',
      '--',
      'dbus-monitor',
      '--address',
      address,
      "interface='org.freedesktop.Notifications',member='Notify'",
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  monitor.stdout.on('data', (chunk: Buffer) => {
    for (const [, title] of chunk.toString('utf8').matchAll(/^ {3}string "(.+)"$/gm)) if (title) titles.push(title);
  });
  return monitor;
}

async function signedIn({ address }: Stack, account: { email: string; password: string }) {
  return createClient({ baseUrl: address, token: await signIn(address, account) });
}
