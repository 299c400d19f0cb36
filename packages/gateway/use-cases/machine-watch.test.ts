import { systemTimers } from '@deskhand/protocol/timers.ts';
import { expect, test } from 'vitest';
import type { SessionHost, SessionHostProbe } from '../ports/session-host.ts';
import { createMachineWatch } from './machine-watch.ts';

const probe: SessionHostProbe = {
  unattended: true,
  attended: true,
  liveView: true,
  missing: [],
  operatingSystem: 'Debian',
  memoryBytes: 8e9,
  cores: 2,
  ownUser: null,
};

test('two looks at once keep what either of them found out', async () => {
  const answers: (() => void)[] = [];
  const host = {
    kind: 'linux',
    probe: () => Promise.resolve(probe),
    listSessions: () => new Promise((resolve) => void answers.push(() => resolve([]))),
  } as unknown as SessionHost;
  const watch = createMachineWatch({
    host,
    nowMs: () => 1_000_000,
    timers: systemTimers,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const first = watch.refresh();
  await expect.poll(() => answers.length).toBe(1);
  const second = watch.refresh();
  await expect.poll(() => answers.length).toBe(2);
  for (const answer of answers) {
    answer();
    await Promise.resolve();
  }
  await Promise.all([first, second]);
  expect(watch.facts()).toMatchObject({ canAttended: true, canUnattended: true, operatingSystem: 'Debian' });
});
