import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('a disabled primary finishes what it runs, and what waits goes to the next member', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 1, runsLastMs: minutes(3) });
  const [running, waiting] = [await cluster.submit(1), await cluster.submit(2)];
  await cluster.pass(seconds(30));
  await cluster.disable('gateway-1');
  await cluster.pass(seconds(30));

  expect(cluster.states(running)).toEqual({ running: 1 });
  expect(cluster.takenBy(waiting)).toEqual({ 'gateway-2': 1 });

  await cluster.pass(minutes(10));
  expect(cluster.takenBy(running)).toEqual({ 'gateway-1': 1 });
  expect(cluster.takenBy(waiting)).toEqual({ 'gateway-2': 2 });
  expect(cluster.states([...running, ...waiting])).toEqual({ succeeded: 3 });
});

test('while every member is disabled runs wait and say so, and the first that is enabled takes them', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 1, runsLastMs: minutes(1) });
  await cluster.disable('gateway-1');
  await cluster.disable('gateway-2');
  const [run] = await cluster.submit(1);
  await cluster.pass(minutes(1));

  expect(cluster.states([run!])).toEqual({ queued: 1 });
  expect(await cluster.answersTo(run!)).toEqual({
    'gateway-1': 'gateway-disabled',
    'gateway-2': 'gateway-disabled',
  });

  await cluster.enable('gateway-2');
  await cluster.pass(minutes(2));
  expect(cluster.takenBy([run!])).toEqual({ 'gateway-2': 1 });
  expect(cluster.states([run!])).toEqual({ succeeded: 1 });
});
