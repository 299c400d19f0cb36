import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

const oneSlot = () => smallCluster({ gateways: 1, slotsEach: 1, runsLastMs: minutes(5) });

test('a run that asked later and got high priority goes first, and the other one learns why', async () => {
  const cluster = await oneSlot();
  const [, early = '', late = ''] = await cluster.submit(3);
  await cluster.setPriority(late, 'high');
  await cluster.pass(minutes(7));

  const { outcome, decision } = await cluster.whyBefore(late, early);
  expect(outcome).toBe('replayed');
  expect(decision).toMatchObject({ why: 'stood-before', by: 'priority', offeredTo: { id: 'gateway-1' } });
  expect(decision?.replay.isSame).toBe(true);
});

test('a run that was moved to the top goes before one of high priority', async () => {
  const cluster = await oneSlot();
  const [, high = '', moved = ''] = await cluster.submit(3);
  await cluster.setPriority(high, 'high');
  await cluster.moveToTop(moved);
  await cluster.pass(minutes(7));

  expect((await cluster.whyBefore(moved, high)).decision).toMatchObject({ by: 'moved-to-top' });
});

test('what a run looked like when it was decided counts, and not what became of it since', async () => {
  const cluster = await oneSlot();
  const [, first = '', second = ''] = await cluster.submit(3);
  await cluster.pass(minutes(7));
  await cluster.setPriority(second, 'high');

  const { decision } = await cluster.whyBefore(first, second);
  expect(decision).toMatchObject({ by: 'request-number', otherPlace: { priority: 'normal' } });
});

test('runs that never waited together are told so', async () => {
  const cluster = await oneSlot();
  const [first = '', second = ''] = await cluster.submit(2);
  await cluster.cancel(second);
  const [third = ''] = await cluster.submit(1);
  await cluster.pass(minutes(7));
  const [late = ''] = await cluster.submit(1);

  expect((await cluster.whyBefore(first, late)).outcome).toBe('never-together');
  expect((await cluster.whyBefore(third, second)).outcome).toBe('never-together');
  expect((await cluster.whyBefore(late, first)).outcome).toBe('not-offered');
  expect((await cluster.whyBefore(third, first)).outcome).toBe('went-after');
});

test('each reason why a run waits stands among its events, once for as long as it stays', async () => {
  const cluster = await oneSlot();
  const [, waiting = ''] = await cluster.submit(2);
  await cluster.pass(seconds(40));
  cluster.goesOffline('gateway-1');
  await cluster.pass(seconds(90));

  expect(await cluster.waitsOf(waiting)).toEqual([
    'gateway-1: The machine is busy with another run.',
    'gateway-1: The gateway gateway-1 is offline.',
  ]);
});
