import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

/** One machine, whose rules keep a run of an account away while that account is signed in there; people are asked (N10). */
const whoseOwnerSits = async (habit: 'now' | 'later' | 'no' | 'nothing') => {
  const cluster = await smallCluster({ gateways: 1, slotsEach: 2, runsLastMs: minutes(1), negotiation: 'ask-once' });
  cluster.sitsAt('gateway-1', habit);
  await cluster.pass(minutes(1));
  const [run = ''] = await cluster.submit(1);
  return { cluster, run };
};

test('whoever says “Sign out now” is signed out, and the run starts', async () => {
  const { cluster, run } = await whoseOwnerSits('now');
  expect(await cluster.whyWaiting(run)).toBe('session-exists-multi');
  await cluster.pass(minutes(3));
  expect(cluster.isStillAt('gateway-1')).toBe(false);
  expect(cluster.states([run])).toEqual({ succeeded: 1 });
});

test('whoever says “In 10 minutes” works on for ten minutes, and the run starts then', async () => {
  const { cluster, run } = await whoseOwnerSits('later');
  await cluster.pass(minutes(9));
  expect(await cluster.questionsOf(run)).toEqual(['agreed']);
  expect(cluster.isStillAt('gateway-1')).toBe(true);
  await cluster.pass(minutes(4));
  expect(cluster.isStillAt('gateway-1')).toBe(false);
  expect(cluster.states([run])).toEqual({ succeeded: 1 });
});

test('whoever says “No” keeps the session, and is not asked again for that run', async () => {
  const { cluster, run } = await whoseOwnerSits('no');
  await cluster.pass(minutes(9));
  expect(await cluster.questionsOf(run)).toEqual(['declined']);
  expect(cluster.isStillAt('gateway-1')).toBe(true);
  expect(cluster.states([run])).toEqual({ queued: 1 });
});

test('whoever says nothing keeps the session, and the question is closed', async () => {
  const { cluster, run } = await whoseOwnerSits('nothing');
  await cluster.pass(minutes(5));
  expect(await cluster.questionsOf(run)).toEqual(['asked']);
  await cluster.pass(minutes(6));
  expect(await cluster.questionsOf(run)).toEqual(['unanswered']);
  expect(cluster.isStillAt('gateway-1')).toBe(true);
});

test('a promise is kept by a gateway that was started anew, after it has warned once more', async () => {
  const { cluster, run } = await whoseOwnerSits('later');
  await cluster.pass(minutes(9));
  cluster.goesOffline('gateway-1');
  await cluster.pass(seconds(20));
  cluster.comesBack('gateway-1');
  await cluster.pass(minutes(5));
  expect(cluster.isStillAt('gateway-1')).toBe(false);
  expect(cluster.states([run])).toEqual({ succeeded: 1 });
});
