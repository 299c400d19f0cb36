import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('with the toggle off the primary takes every run, and the others none even while runs wait', async () => {
  const cluster = await smallCluster({ gateways: 3, slotsEach: 2, runsLastMs: minutes(5) });
  const runs = await cluster.submit(4);
  await cluster.pass(seconds(30));

  expect(cluster.takenBy(runs)).toEqual({ 'gateway-1': 2 });
  expect(cluster.states(runs)).toEqual({ running: 2, queued: 2 });
});

test('with the toggle on every member takes runs, and none more than it has slots', async () => {
  const cluster = await smallCluster({ gateways: 3, slotsEach: 2, runsLastMs: minutes(5) });
  await cluster.toggle('on');
  const runs = await cluster.submit(7);
  await cluster.pass(seconds(30));

  expect(cluster.takenBy(runs)).toEqual({ 'gateway-1': 2, 'gateway-2': 2, 'gateway-3': 2 });
  expect(cluster.states(runs)).toEqual({ running: 6, queued: 1 });
});

test('runs that wait for the primary start elsewhere as soon as the toggle is turned on', async () => {
  const cluster = await smallCluster({ gateways: 3, slotsEach: 2, runsLastMs: minutes(5) });
  const runs = await cluster.submit(4);
  await cluster.pass(seconds(30));
  await cluster.toggle('on');
  await cluster.pass(seconds(30));

  expect(cluster.states(runs)).toEqual({ running: 4 });
});

test('turned off again, what runs elsewhere goes on there, and what comes next is for the primary', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 2, runsLastMs: minutes(5) });
  await cluster.toggle('on');
  const first = await cluster.submit(4);
  await cluster.pass(seconds(30));
  await cluster.toggle('off');
  const later = await cluster.submit(4);
  await cluster.pass(minutes(20));

  expect(cluster.takenBy(first)).toEqual({ 'gateway-1': 2, 'gateway-2': 2 });
  expect(cluster.takenBy(later)).toEqual({ 'gateway-1': 4 });
  expect(cluster.states([...first, ...later])).toEqual({ succeeded: 8 });
});
