import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { openPersonDesktop, type PersonDesktop } from '../packages/gateway/session-desktop/testing/person-session.ts';
import { submitHeld } from './stack/held-runs.ts';
import { type Marks, markedFlow } from './stack/marked-flow.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { makeFlow, whenEnded, whenRunning } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;
const XDOTOOL = '/usr/bin/xdotool';

/** What may happen to a run in the open session of a person, whose session stays theirs. */
describe.runIf(isRoot)('an attended run', () => {
  let stack: Stack;
  let person: Person;
  let desktop: PersonDesktop;
  let connectionId: string;
  let flowId: string;

  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    person = makePerson('open');
    const { clusterId } = stack;
    connectionId = await makeConnection(stack.client, {
      clusterId,
      accountName: person.user,
      password: person.password,
    });
    flowId = await makeFlow(stack.client, markedFlow);
  }, 180_000);
  afterAll(async () => {
    await stack?.close();
    person?.remove();
  }, 60_000);
  beforeEach(async () => {
    const { user, uid } = person;
    const account = { user, uid, gid: uid, home: `/home/${user}`, shell: '/bin/bash' };
    desktop = await openPersonDesktop(account, true);
    await waitUntil('the gateway to see the session', async () => {
      const sessions = (await stack.client.listGateways()).items[0]?.machine?.sessions ?? [];
      return sessions.some((one) => one.user === user && one.locked === false && one.display === desktop.display);
    });
  }, 60_000);
  afterEach(() => desktop.close(), 30_000);

  const started = async (): Promise<{ id: string; marks: Marks }> => {
    onTestFailed(async () => console.error(await stack.lastWords()));
    const { run, marks } = await submitHeld(stack, 'attended', { flowId, connectionId, mode: 'attended' });
    await marks.whenStarted();
    await whenRunning(stack.client, run.id);
    return { id: run.id, marks };
  };
  const isOpen = async (): Promise<boolean> => (await desktop.run(XDOTOOL, 'getdisplaygeometry')).code === 0;
  const gatewayDiesAndComesBack = async (): Promise<void> => {
    await stack.gateway().kill();
    await stack.startGateway();
  };
  /** The popup may be drawn anew at this moment, so it is pressed until the gateway has heard it. */
  const pressStop = async (id: string): Promise<void> => {
    await waitUntil('Stop to be heard', async () => {
      const search = ['search', '--onlyvisible', '--class', 'dunst', 'mousemove', '--window', '%1', '20', '15'];
      await desktop.run(XDOTOOL, ...search, 'click', '1');
      return (await stack.client.getRun({ params: { id } })).state !== 'running' || undefined;
    });
  };

  test('is adopted after the gateway was killed, succeeds, and leaves the session open', async () => {
    const { id, marks } = await started();
    await gatewayDiesAndComesBack();
    marks.letGo();
    expect(await whenEnded(stack.client, id)).toMatchObject({ state: 'succeeded', outputs: { Answer: 'Done' } });
    expect([marks.starts(), await isOpen()]).toEqual([1, true]);
  });

  test('ends when the person presses Stop, as cancelled by that person', async () => {
    const { id } = await started();
    await pressStop(id);
    expect(await whenEnded(stack.client, id)).toMatchObject({
      state: 'cancelled',
      error: { code: 'cancelled-by-person' },
    });
    expect(await isOpen()).toBe(true);
  });

  test('can be stopped by the person after its gateway was killed and came back', async () => {
    const { id, marks } = await started();
    await gatewayDiesAndComesBack();
    await pressStop(id);
    expect(await whenEnded(stack.client, id)).toMatchObject({
      state: 'cancelled',
      error: { code: 'cancelled-by-person' },
    });
    expect([marks.starts(), await isOpen()]).toEqual([1, true]);
  });

  test('fails with session-ended when the person signs out under it', async () => {
    const { id } = await started();
    await desktop.close();
    expect(await whenEnded(stack.client, id)).toMatchObject({ state: 'failed', error: { code: 'session-ended' } });
  });
});
