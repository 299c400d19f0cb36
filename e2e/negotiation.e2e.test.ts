import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { PersonDesktop } from '../packages/gateway/session-desktop/testing/person-session.ts';
import { openDesktopOf, whenSessionSeen } from './stack/desktops.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { letPersonPress } from './stack/pressed-button.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const isRoot = process.getuid?.() === 0;

/** N10: the person whose session keeps a run from starting is asked, through the notification service of that session. */
describe.runIf(isRoot)('a run that waits for a person’s session', () => {
  let stack: Stack;
  let flowId: string;
  let person: Person;
  let desktop: PersonDesktop;
  let connectionId: string;
  let press: (label: string) => Promise<void>;

  beforeAll(async () => {
    stack = await startStack({ sessionHost: 'linux' });
    flowId = await makeFlow(stack.client, 'SET Done TO 1');
    await stack.client.updateCluster({ params: { id: stack.clusterId }, body: { negotiation: 'ask-once' } });
  }, 180_000);
  afterAll(() => stack?.close(), 60_000);
  beforeEach(async () => {
    onTestFailed(async () => console.error(await stack.lastWords()));
    person = makePerson('asked');
    const { user: accountName, password } = person;
    const wish = { clusterId: stack.clusterId, accountName, password, whenSessionBlocked: 'wait' as const };
    connectionId = await makeConnection(stack.client, wish);
    desktop = await openDesktopOf(person);
    press = await letPersonPress(desktop, person);
    await whenSessionSeen(stack.client, person, false);
  }, 60_000);
  afterEach(async () => {
    await desktop?.close();
    person?.remove();
  }, 60_000);

  const questionOf = async (id: string) =>
    (await stack.client.explainRun({ params: { id } })).members.flatMap((member) => member.questions ?? [])[0];
  const whenQuestion = (id: string, state: string) =>
    waitUntil(`the question to be ${state}`, async () => {
      const question = await questionOf(id);
      return question?.state === state ? question : undefined;
    });
  /** The notice may be drawn a moment after the server knows of it, so it is pressed until the gateway has heard it. */
  const pressUntil = async (label: string, isHeard: () => Promise<boolean>): Promise<void> => {
    await waitUntil(`“${label}” to be heard`, async () => {
      await press(label);
      return (await isHeard()) || undefined;
    });
  };
  const eventsOf = async (id: string) =>
    (await stack.client.getRunEvents({ params: { id } })).items.map(({ event }) => event);

  test('starts after the person pressed “Sign out now”, and who was signed out is in the audit log', async () => {
    const { id } = await submit(stack.client, { flowId, connectionId });
    expect(await whenQuestion(id, 'asked')).toMatchObject({ user: person.user, isForThisRun: true });
    await pressUntil('Sign out now', async () => (await questionOf(id))?.state !== 'asked');
    expect(await whenEnded(stack.client, id)).toMatchObject({ state: 'succeeded' });
    expect(await eventsOf(id)).toEqual(
      expect.arrayContaining(['ask-person', 'person-agrees', 'sign-out-begins', 'offer']),
    );
    const { items } = await stack.client.listAuditLog({ query: {} });
    expect(items.find(({ verb }) => verb === 'sign-out')).toMatchObject({ detail: { user: person.user, run: id } });
  });

  test('goes on waiting after the person pressed “No”, and the session is left alone', async () => {
    const { id } = await submit(stack.client, { flowId, connectionId });
    await whenQuestion(id, 'asked');
    await pressUntil('No', async () => (await questionOf(id))?.state === 'declined');
    const explained = await stack.client.explainRun({ params: { id } });
    expect(explained).toMatchObject({ state: 'queued', because: { code: 'session-exists-multi' } });
    expect((await desktop.run('/usr/bin/xdotool', 'getdisplaygeometry')).code).toBe(0);
    await stack.client.cancelRun({ params: { id } });
  });
});
