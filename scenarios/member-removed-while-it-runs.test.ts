import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

test('a member that runs something is removed only after a confirmation that names how many runs', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 2, runsLastMs: minutes(5) });
  const runs = await cluster.submit(2);
  await cluster.pass(seconds(30));
  const answer = await cluster.remove('gateway-1', { confirmed: false });

  expect(answer).toMatchObject({ ok: false, code: 'gateway-has-unfinished-runs', values: { count: 2 } });
  expect(cluster.states(runs)).toEqual({ running: 2 });
});

test('once removed, nobody can know how its runs end: they are uncertain and never start a second time', async () => {
  const cluster = await smallCluster({ gateways: 2, slotsEach: 2, runsLastMs: minutes(5) });
  const [running, waiting] = [await cluster.submit(2), await cluster.submit(2)];
  await cluster.pass(seconds(30));
  await cluster.remove('gateway-1', { confirmed: true });
  await cluster.pass(seconds(30));

  expect(cluster.states(running)).toEqual({ uncertain: 2 });
  expect(cluster.takenBy(waiting)).toEqual({ 'gateway-2': 2 });

  await cluster.pass(minutes(30));
  expect(cluster.states(running)).toEqual({ uncertain: 2 });
  expect(cluster.takenBy(running)).toEqual({ 'gateway-1': 2 });
  expect(cluster.states(waiting)).toEqual({ succeeded: 2 });
});
