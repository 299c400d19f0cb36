import { afterEach, expect, test } from 'vitest';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { FakeWorld } from '../testing/fake-world.ts';

const worlds: FakeWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.core.stop();
});

async function worldOf(): Promise<FakeWorld> {
  const world = new FakeWorld();
  worlds.push(world);
  await world.core.resume();
  return world;
}
type AskPerson = Extract<ServerMessage, { type: 'askPerson' }>;
const about = { questionId: 'q1', sessionId: '1001:12', user: 'alice', flowName: 'Invoices', askedBy: 'Bob' };
const ask = (world: FakeWorld, change: Partial<AskPerson> = {}): void =>
  world.core.handlers.message({ type: 'askPerson', ...about, notice: 'ask', signOutInMs: null, ...change });
const signOut = (world: FakeWorld): void => world.core.handlers.message({ type: 'signOutPerson', ...about });
const told = async (world: FakeWorld, ...reports: string[]): Promise<void> =>
  await expect.poll(() => world.of('questionReport').map(({ report }) => report), { interval: 5 }).toEqual(reports);

test('a person is asked once, however often the server says the question', async () => {
  const world = await worldOf();
  ask(world);
  ask(world);
  await told(world, 'shown');
  expect(world.persons.notices.map(({ title }) => title)).toEqual(['A run needs this machine']);
  expect(world.persons.notices[0]?.body).toContain('Invoices, asked for by Bob, can start when you sign out.');
});

test('an answer that was lost on its way is told again, and the person is not asked again', async () => {
  const world = await worldOf();
  ask(world);
  await told(world, 'shown');
  world.isLinkUp = false;
  world.persons.press('later');
  world.isLinkUp = true;
  ask(world);
  await told(world, 'shown', 'later');
  expect(world.persons.notices).toHaveLength(1);
});

test('who agreed sees when, and can take it back until the last moment', async () => {
  const world = await worldOf();
  ask(world);
  await told(world, 'shown');
  world.persons.press('later');
  ask(world, { notice: 'agreed', signOutInMs: 600_000 });
  await told(world, 'shown', 'later', 'shown');
  expect(world.persons.notices[1]?.body).toMatch(/^You are signed out at \d\d:\d\d\./);
  world.persons.press('no');
  signOut(world);
  await told(world, 'shown', 'later', 'shown', 'no', 'no');
  expect(world.persons.signedOut).toEqual([]);
});

test('who agreed is signed out when the server says that the moment has come', async () => {
  const world = await worldOf();
  ask(world);
  await told(world, 'shown');
  world.persons.press('now');
  signOut(world);
  signOut(world);
  await told(world, 'shown', 'now', 'signed-out');
  expect(world.persons.signedOut).toEqual(['alice']);
});

test('a gateway that was started since the person agreed warns before it signs anybody out', async () => {
  const world = await worldOf();
  signOut(world);
  signOut(world);
  await told(world, 'shown');
  expect(world.persons.notices.map(({ title }) => title)).toEqual(['You are signed out in a minute']);
  expect(world.persons.signedOut).toEqual([]);
  world.persons.press('now');
  signOut(world);
  await told(world, 'shown', 'now', 'signed-out');
});

test('why a person cannot be asked is told, and a session that does not end as well', async () => {
  const world = await worldOf();
  world.persons.cannotAsk = 'There is no desktop.';
  ask(world);
  await told(world, 'not-shown');
  expect(world.of('questionReport')[0]?.detail).toBe('There is no desktop.');
  world.persons.cannotAsk = undefined;
  world.persons.staysFor = 'The session of alice did not end.';
  ask(world, { questionId: 'q2' });
  await told(world, 'not-shown', 'shown');
  world.persons.press('now');
  world.core.handlers.message({ type: 'signOutPerson', ...about, questionId: 'q2' });
  await told(world, 'not-shown', 'shown', 'now', 'not-signed-out');
});

test('a question that is withdrawn is taken off the screen', async () => {
  const world = await worldOf();
  ask(world);
  await told(world, 'shown');
  world.core.handlers.message({ type: 'withdrawQuestion', questionId: 'q1' });
  expect(world.persons.isOpen).toBe(false);
});
