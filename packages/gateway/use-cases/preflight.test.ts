import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import { afterEach, expect, test } from 'vitest';
import { FakeWorld, orderOf } from '../testing/fake-world.ts';

const worlds: FakeWorld[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.core.stop();
});

async function worldOf(secrets: ConstructorParameters<typeof FakeWorld>[0] = {}): Promise<FakeWorld> {
  const world = new FakeWorld(secrets);
  worlds.push(world);
  await world.core.resume();
  return world;
}
const ask = (world: FakeWorld, requestId: string, passwordVersion = 1): void => {
  const { accountName, sealedPassword, sealContext, connectionId, clusterId } = orderOf();
  const question = { accountName, sealedPassword, sealContext, connectionId, clusterId, passwordVersion };
  world.core.handlers.message({ type: 'preflight', requestId, ...question });
};
const answers = async (world: FakeWorld, count: number): Promise<readonly PreflightAnswer[]> => {
  await expect.poll(() => world.of('preflightResult').length, { interval: 5 }).toBeGreaterThanOrEqual(count);
  return world.of('preflightResult').map(({ answer }) => answer);
};

test('a right password is told, remembered nowhere, and tried again when asked again', async () => {
  const world = await worldOf();
  ask(world, 'q1');
  expect(await answers(world, 1)).toEqual(['ok']);
  expect(world.triedPasswords.size).toBe(0);
  ask(world, 'q2');
  expect(await answers(world, 2)).toEqual(['ok', 'ok']);
  expect(world.tries).toHaveLength(2);
});

test('a wrong password is tried once, and answered from memory until it is rotated', async () => {
  const world = await worldOf();
  world.accountAnswer = 'password-wrong';
  for (const requestId of ['q1', 'q2', 'q3']) ask(world, requestId);
  expect(await answers(world, 3)).toEqual(['password-wrong', 'password-wrong', 'password-wrong']);
  expect(world.tries).toHaveLength(1);
  world.accountAnswer = 'ok';
  ask(world, 'q4', 2);
  expect((await answers(world, 4)).at(-1)).toBe('ok');
  expect(world.tries).toHaveLength(2);
});

test('that a password is tried is on disk before it is tried, and a full disk keeps it from being tried', async () => {
  const world = await worldOf();
  const answer = Promise.withResolvers<PreflightAnswer>();
  world.accountAnswer = answer.promise;
  ask(world, 'q1');
  await expect.poll(() => world.tries).toHaveLength(1);
  expect(world.triedPasswords.get('k1')).toMatchObject({ outcome: 'begun', passwordVersion: 1 });
  answer.resolve('ok');
  await answers(world, 1);
  world.diskFault = 'full';
  ask(world, 'q2');
  expect((await answers(world, 2)).at(-1)).toBe('no-answer');
  expect(world.tries).toHaveLength(1);
});

test('a try whose end nobody knows is not made again at once', async () => {
  const world = await worldOf();
  world.accountAnswer = 'no-answer';
  ask(world, 'q1');
  ask(world, 'q2');
  expect(await answers(world, 2)).toEqual(['no-answer', 'not-tried-again']);
  expect(world.tries).toHaveLength(1);
});

test('the same question twice is answered once', async () => {
  const world = await worldOf();
  ask(world, 'q1');
  ask(world, 'q1');
  ask(world, 'q2');
  expect(await answers(world, 2)).toHaveLength(2);
  expect(world.tries).toHaveLength(2);
});

test('a sealed value that does not open costs no try', async () => {
  const world = await worldOf({ password: async () => Promise.reject(new Error('other key')) });
  ask(world, 'q1');
  expect(await answers(world, 1)).toEqual(['cannot-open-sealed']);
  expect(world.tries).toEqual([]);
});

test('a connection without a password has its account looked at', async () => {
  const world = await worldOf({ password: async () => undefined });
  ask(world, 'q1');
  expect(await answers(world, 1)).toEqual(['no-password']);
});

test('while a run signs the account in, the check waits, and the other way round', async () => {
  const world = await worldOf();
  world.holdSignIn = true;
  world.offer(orderOf());
  await expect.poll(() => world.of('acquire')).toHaveLength(1);
  world.core.handlers.message({ type: 'acquired', order: orderOf() });
  await expect.poll(() => world.signIns).toHaveLength(1);
  ask(world, 'q1');
  await new Promise((resolve) => setImmediate(resolve));
  expect(world.tries).toEqual([]);
  world.core.handlers.message({ type: 'cancel', runId: 'r1', attempt: 1, because: 'cancelled' });
  expect(await answers(world, 1)).toEqual(['ok']);

  const answer = Promise.withResolvers<PreflightAnswer>();
  world.accountAnswer = answer.promise;
  ask(world, 'q2');
  await expect.poll(() => world.tries).toHaveLength(2);
  const order = orderOf({ runId: 'r2' });
  world.offer(order);
  await expect.poll(() => world.of('acquire')).toHaveLength(2);
  world.core.handlers.message({ type: 'acquired', order });
  await new Promise((resolve) => setImmediate(resolve));
  expect(world.signIns).toHaveLength(1);
  answer.resolve('ok');
  await expect.poll(() => world.signIns).toHaveLength(2);
  world.core.handlers.message({ type: 'cancel', runId: 'r2', attempt: 1, because: 'cancelled' });
  await expect.poll(() => world.of('result')).toHaveLength(2);
});
