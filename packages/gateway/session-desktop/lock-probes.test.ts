import { expect, test } from 'vitest';
import type { LockVerdict } from '../session-helper/lock-judgement.ts';
import { LockProbes } from './lock-probes.ts';
import type { PersonSession } from './session-listing.ts';

const account = { user: 'alice', uid: 1001, gid: 1001, home: '/home/alice', shell: '/bin/sh' };
const session = (changes: Partial<PersonSession> = {}, type: PersonSession['fact']['type'] = 'x11'): PersonSession => ({
  fact: {
    id: '1001:0',
    user: 'alice',
    uid: 1001,
    state: 'active',
    locked: 'unknown',
    ours: false,
    runId: null,
    display: ':0',
    type,
  },
  scanned: { uid: 1001, type: 'x11', display: ':0', environment: {}, logindIds: new Set() },
  account,
  lockedHint: false,
  ...changes,
});
function probing(...verdicts: readonly Partial<LockVerdict>[]) {
  let asked = 0;
  const probes = new LockProbes(
    () =>
      Promise.resolve({
        access: true,
        locked: false,
        because: '',
        ...verdicts[Math.min(asked++, verdicts.length - 1)],
      }),
    true,
  );
  return { probes, asked: () => asked };
}

test('what was just seen is not looked at again, unless it has to be known now', async () => {
  const { probes, asked } = probing({ locked: false }, { locked: true });
  expect((await probes.judge(session(), 'lately'))?.locked).toBe(false);
  expect((await probes.judge(session(), 'lately'))?.locked).toBe(false);
  expect(asked()).toBe(1);
  expect((await probes.judge(session(), 'now'))?.locked).toBe(true);
});

test('an answer is forgotten with its session, because the next one may have the same display', async () => {
  const { probes } = probing({ locked: true }, { locked: false });
  await probes.judge(session(), 'lately');
  probes.forgetAllBut([]);
  expect((await probes.judge(session(), 'lately'))?.locked).toBe(false);
});

test('a display that the account cannot open is no session of its own', async () => {
  expect(await probing({ access: false, locked: 'unknown' }).probes.judge(session(), 'now')).toBeUndefined();
});

test('a lock that logind tells of counts, whatever the display shows', async () => {
  expect((await probing({ locked: false }).probes.judge(session({ lockedHint: true }), 'now'))?.locked).toBe(true);
});

test('where nobody can look, whether it is locked stays unknown', async () => {
  const { probes, asked } = probing({ locked: false });
  expect((await probes.judge(session({}, 'wayland'), 'now'))?.locked).toBe('unknown');
  expect((await probes.judge(session({ scanned: undefined }), 'now'))?.locked).toBe('unknown');
  expect(asked()).toBe(0);
});
