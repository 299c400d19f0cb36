import { expect, test } from 'vitest';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { createWakeups } from './wakeups.ts';

test('wake-ups during a plan become one further plan, so each is seen by a plan that began after it', async () => {
  const started: number[] = [];
  const gates: (() => void)[] = [];
  const wakeups = createWakeups(
    systemTimers,
    () => {
      started.push(started.length + 1);
      return new Promise((resolve) => gates.push(resolve));
    },
    () => undefined,
  );
  wakeups.wake('a');
  for (let n = 0; n < 100; n += 1) wakeups.wake('a');
  expect(started).toEqual([1]);
  gates.shift()?.();
  await Promise.resolve();
  await Promise.resolve();
  gates.shift()?.();
  await wakeups.idle();
  expect(started).toEqual([1, 2]);
  await wakeups.close();
});

test('a plan that fails is reported and does not keep the next one from being made', async () => {
  const faults: unknown[] = [];
  let plans = 0;
  const wakeups = createWakeups(
    systemTimers,
    () => {
      plans += 1;
      return plans === 1 ? Promise.reject(new Error('away')) : Promise.resolve();
    },
    (_, error) => faults.push(error),
  );
  wakeups.wake('a');
  await wakeups.idle();
  wakeups.wake('a');
  await wakeups.idle();
  expect([plans, faults.length]).toEqual([2, 1]);
  await wakeups.close();
});
