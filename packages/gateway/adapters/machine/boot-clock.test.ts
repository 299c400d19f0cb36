import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { openBootClock } from './boot-clock.ts';

/** What the kernel answers for the clock that goes on while the machine sleeps. */
const kernelBootTimeMs = (): number =>
  1000 *
  Number(
    execFileSync('python3', ['-c', 'import time; print(time.clock_gettime(time.CLOCK_BOOTTIME))'], {
      encoding: 'utf8',
    }),
  );

test('the clock of deadlines is the one that counts suspend, and names its boot', () => {
  const clock = openBootClock();
  const before = clock.nowMs();
  const kernel = kernelBootTimeMs();
  // The kernel prints hundredths of a second.
  expect(kernel).toBeGreaterThanOrEqual(before - 20);
  expect(kernel).toBeLessThanOrEqual(clock.nowMs() + 20);
  expect(clock.bootId).toMatch(/^[0-9a-f-]{36}$/);
});
