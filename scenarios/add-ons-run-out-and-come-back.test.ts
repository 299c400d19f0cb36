import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('runs for which no add-on is left wait, and start as add-ons come back', async () => {
  const cluster = await smallCluster({ gateways: 1, slotsEach: 4, runsLastMs: minutes(1) });
  await cluster.addOns(2);
  const runs = await cluster.submit(4);
  await cluster.pass(seconds(30));

  expect(cluster.states(runs)).toEqual({ running: 2, queued: 2 });
  expect(await cluster.whyWaiting(runs[2]!)).toBe('no-add-on');

  await cluster.pass(minutes(1));
  expect(cluster.states(runs)).toEqual({ succeeded: 2, running: 2 });
});

test('a larger pool lets waiting runs start at once, and a smaller one ends nothing that runs', async () => {
  const cluster = await smallCluster({ gateways: 1, slotsEach: 6, runsLastMs: minutes(5) });
  await cluster.addOns(1);
  const runs = await cluster.submit(5);
  await cluster.pass(seconds(30));
  await cluster.addOns(4);
  await cluster.pass(seconds(10));
  expect(cluster.states(runs)).toEqual({ running: 4, queued: 1 });

  await cluster.addOns(2);
  await cluster.pass(minutes(1));
  expect(cluster.states(runs)).toEqual({ running: 4, queued: 1 });

  await cluster.addOns(null);
  await cluster.pass(minutes(15));
  expect(cluster.states(runs)).toEqual({ succeeded: 5 });
});
