import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('in maintenance a member finishes what it runs and is offered nothing new', async () => {
  const cluster = await smallCluster({ gateways: 1, slotsEach: 3, runsLastMs: minutes(2) });
  const running = await cluster.submit(2);
  await cluster.pass(seconds(30));
  await cluster.beginMaintenance('gateway-1', 'new disk');
  const waiting = await cluster.submit(1);
  await cluster.pass(minutes(5));

  expect(cluster.states(running)).toEqual({ succeeded: 2 });
  expect(cluster.states(waiting)).toEqual({ queued: 1 });
  expect(await cluster.whyWaiting(waiting[0]!)).toBe('gateway-in-maintenance');
});

test('when maintenance ends, what waited starts at once', async () => {
  const cluster = await smallCluster({ gateways: 1, slotsEach: 3, runsLastMs: minutes(1) });
  await cluster.beginMaintenance('gateway-1', 'new disk');
  const runs = await cluster.submit(3);
  await cluster.pass(minutes(2));
  await cluster.endMaintenance('gateway-1');
  await cluster.pass(seconds(5));

  expect(cluster.states(runs)).toEqual({ running: 3 });
});
