import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { SECOND_NOTICE_MS } from '@deskhand/domain/session/negotiation/question.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { PersonDesktop } from '../packages/gateway/session-desktop/testing/person-session.ts';
import { openDesktopOf, whenSessionSeen } from './stack/desktops.ts';
import { makeConnection, makePerson, type Person } from './stack/people.ts';
import { type AtTheScreen, letPersonPress } from './stack/pressed-button.ts';
import { makeFlow, submit, whenEnded } from './stack/runs.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { waitUntil } from './stack/wait-until.ts';

const SECOND_NOTICE_SECONDS = SECOND_NOTICE_MS / 1_000;
const isRoot = process.getuid?.() === 0;

/** N10: the person whose session keeps a run from starting is asked, through the notification service of that session. */
describe.runIf(isRoot)('a run that waits for a person’s session', () => {
  let stack: Stack;
  let flowId: string;
  let person: Person;
  let desktop: PersonDesktop;
  let connectionId: string;
  let screen: AtTheScreen;

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
    screen = await letPersonPress(desktop, person);
    await whenSessionSeen(stack.client, person, false);
  }, 60_000);
  afterEach(async () => {
    screen?.remove();
    await desktop?.close();
    person?.remove();
  }, 60_000);

  const questionOf = async (id: string) =>
    (await stack.client.explainRun({ params: { id } })).members
      .flatMap((member) => member.questions ?? [])
      .find(({ isForThisRun }) => isForThisRun);
  const whenQuestion = (id: string, state: string) =>
    waitUntil(`the question to be ${state}`, async () => {
      const question = await questionOf(id);
      return question?.state === state ? question : undefined;
    });
  /** The notice may be drawn a moment after the server knows of it, so it is pressed until the gateway has heard it. */
  const pressUntil = async (label: string, isHeard: () => Promise<boolean>): Promise<void> => {
    await waitUntil(`“${label}” to be heard`, async () => {
      await screen.press(label);
      return (await isHeard()) || undefined;
    });
  };
  /** Each time its person looks again, as the second notice takes the place of the first. */
  const whenOnScreen = (title: string, label: string) =>
    waitUntil(`“${title}” on the screen`, async () =>
      (await screen.offered()).split('\n').some((line) => line.includes(title) && line.includes(label)),
    );
  /** The moment that the person agreed to, as it stands in PostgreSQL; the servers find it there. */
  const letSignOutBeIn = (id: string, seconds: number): void => {
    const program = join(import.meta.dirname, 'stack', 'move-sign-out.ts');
    const args = ['--disable-warning=ExperimentalWarning', program, stack.serverData, id, String(seconds)];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('1');
  };
  /** A neighbour on the same machine is asked, so the servers have looked at its people since. */
  const whenServerHasLooked = async (): Promise<void> => {
    const neighbour = makePerson('neighbour');
    const theirs = await openDesktopOf(neighbour);
    try {
      await whenSessionSeen(stack.client, neighbour, false);
      const { user: accountName, password } = neighbour;
      const wish = { clusterId: stack.clusterId, accountName, password, whenSessionBlocked: 'wait' as const };
      const run = await submit(stack.client, { flowId, connectionId: await makeConnection(stack.client, wish) });
      await whenQuestion(run.id, 'asked');
      await stack.client.cancelRun({ params: { id: run.id } });
    } finally {
      await theirs.close();
      neighbour.remove();
    }
  };
  const agreeToLater = async (): Promise<string> => {
    const { id } = await submit(stack.client, { flowId, connectionId });
    await whenQuestion(id, 'asked');
    await pressUntil('In 10 minutes', async () => (await questionOf(id))?.state === 'agreed');
    return id;
  };
  const isSignedIn = async (): Promise<boolean> =>
    (await desktop.run('/usr/bin/xdotool', 'getdisplaygeometry')).code === 0;
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
    expect(await isSignedIn()).toBe(true);
    await stack.client.cancelRun({ params: { id } });
  });

  test('starts after “In 10 minutes” have passed, of which the person saw a second notice, and not before', async () => {
    const id = await agreeToLater();
    const { answeredAt, signOutAt } = await whenQuestion(id, 'agreed');
    expect(Date.parse(signOutAt ?? '') - Date.parse(answeredAt ?? '')).toBeCloseTo(600_000, -3);
    await whenOnScreen('You agreed to be signed out', 'Do not sign me out');
    letSignOutBeIn(id, SECOND_NOTICE_SECONDS - 5);
    await whenOnScreen('You are signed out in a minute', 'Do not sign me out');
    expect(await questionOf(id)).toMatchObject({ state: 'agreed' });
    expect(await isSignedIn()).toBe(true);
    letSignOutBeIn(id, 0);
    expect(await whenEnded(stack.client, id)).toMatchObject({ state: 'succeeded' });
    expect(await isSignedIn()).toBe(false);
    const told = ['ask-person', 'person-agrees', 'sign-out-begins', 'offer'];
    expect((await eventsOf(id)).filter((event) => told.includes(event))).toEqual(told);
    const { items } = await stack.client.listAuditLog({ query: {} });
    expect(items.find(({ verb }) => verb === 'sign-out')).toMatchObject({ detail: { user: person.user, run: id } });
  });

  test('goes on waiting after the person took “In 10 minutes” back from the second notice, whenever that would have been', async () => {
    const id = await agreeToLater();
    letSignOutBeIn(id, SECOND_NOTICE_SECONDS - 5);
    await whenOnScreen('You are signed out in a minute', 'Do not sign me out');
    await pressUntil('Do not sign me out', async () => (await questionOf(id))?.state === 'declined');
    letSignOutBeIn(id, 0);
    await whenServerHasLooked();
    expect(await stack.client.explainRun({ params: { id } })).toMatchObject({
      state: 'queued',
      because: { code: 'session-exists-multi' },
    });
    expect(await eventsOf(id)).not.toContain('sign-out-begins');
    expect(await isSignedIn()).toBe(true);
    await stack.client.cancelRun({ params: { id } });
  });
});
