import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('while the primary is offline the next member takes its place, and gives it back afterwards', async () => {
  const cluster = await smallCluster({ gateways: 3, slotsEach: 2, runsLastMs: minutes(1) });
  cluster.goesOffline('gateway-1');
  await cluster.pass(minutes(2));
  const meanwhile = await cluster.submit(2);
  await cluster.pass(minutes(3));
  cluster.comesBack('gateway-1');
  await cluster.pass(minutes(1));
  const afterwards = await cluster.submit(2);
  await cluster.pass(minutes(3));

  expect(cluster.takenBy(meanwhile)).toEqual({ 'gateway-2': 2 });
  expect(cluster.takenBy(afterwards)).toEqual({ 'gateway-1': 2 });
});

test('with the toggle on an offline member is asked for nothing, so it costs the others no time', async () => {
  const cluster = await smallCluster({ gateways: 3, slotsEach: 2, runsLastMs: minutes(5) });
  await cluster.toggle('on');
  cluster.goesOffline('gateway-2');
  await cluster.pass(minutes(2));
  const runs = await cluster.submit(5);
  await cluster.pass(seconds(5));

  expect(cluster.takenBy(runs)).toEqual({ 'gateway-1': 2, 'gateway-3': 2 });
  expect(await cluster.answersTo(runs[4]!)).toMatchObject({ 'gateway-2': 'gateway-offline' });
});

test('what runs on a member that goes offline goes on, is given to nobody else, and is told when it is back', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 2, runsLastMs: minutes(3) });
  const runs = await cluster.submit(2);
  await cluster.pass(seconds(30));
  cluster.goesOffline('gateway-1');
  await cluster.pass(minutes(10));
  expect(cluster.states(runs)).toEqual({ running: 2 });

  cluster.comesBack('gateway-1');
  await cluster.pass(minutes(2));
  expect(cluster.states(runs)).toEqual({ succeeded: 2 });
  expect(cluster.takenBy(runs)).toEqual({ 'gateway-1': 2 });
});
