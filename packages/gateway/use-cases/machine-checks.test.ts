import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import { CHECK_TEXT_MAX, isWell } from '@deskhand/protocol/doctor.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { describe, expect, test } from 'vitest';
import type { MachineProbes } from '../ports/machine-probes.ts';
import { wellMachine } from '../testing/fake-world.ts';
import { examineMachine } from './examine-machine.ts';
import type { FailedRun } from './machine-checks.ts';

const examine = async (change: Partial<MachineProbes> = {}, run?: FailedRun) =>
  await examineMachine({ probes: { ...wellMachine(), ...change }, timers: systemTimers, nowMs: () => 0 }, run);
const checkOf = async (name: string, change: Partial<MachineProbes>, run?: FailedRun) =>
  (await examine(change, run)).checks.find((one) => one.name === name);

const session = (user: string, more: Partial<SessionFact> = {}): SessionFact => ({
  ...{
    id: user,
    user,
    uid: 1001,
    state: 'active',
    locked: false,
    ours: false,
    runId: null,
    display: ':0',
    type: 'x11',
  },
  ...more,
});
const signedIn = (sessions: readonly SessionFact[], inHand: ReadonlySet<string> | null = null, limit = 4) => ({
  sessions: async () => ({ sessions, inHand, limit }),
});

test('a machine where all is well has every check, and each of them is good', async () => {
  const report = await examine();
  expect(report.checks.map(({ name }) => name)).toEqual([
    'gateway',
    'server',
    'clock',
    'link',
    'sessions',
    'display',
    'desktop',
    'disk',
    'pam',
    'capacity',
    'node',
  ]);
  expect(report.checks.filter(({ good, fix, code }) => !good || fix !== '' || code !== null)).toEqual([]);
  expect(isWell(report)).toBe(true);
});

const standing = { folder: '/data', isEnrolled: true, pid: 7, service: 'active' };
const faults: readonly (readonly [string, string, Partial<MachineProbes>, object])[] = [
  [
    'gateway',
    'no process',
    { gateway: async () => ({ ...standing, pid: null, service: 'failed' }) },
    { good: false, optional: false, code: 'gateway-not-running', fix: 'deskhand gateway restart' },
  ],
  [
    'gateway',
    'not enrolled',
    { gateway: async () => ({ ...standing, isEnrolled: false, pid: null, service: null }) },
    { good: false, optional: true, fix: expect.stringContaining('gateway enrol') },
  ],
  [
    'server',
    'no answer',
    { server: async () => ({ ok: false, url: 'https://desk.example', because: 'connect ECONNREFUSED' }) },
    { good: false, code: 'server-unreachable', found: expect.stringContaining('ECONNREFUSED') },
  ],
  [
    'clock',
    'a minute ahead',
    { server: async () => ({ ok: true, url: 'https://desk.example', tookMs: 1, skewMs: 61_000 }) },
    { good: false, optional: true, found: '61 s ahead of the server' },
  ],
  [
    'link',
    'quarantined',
    { link: async () => ({ isUp: false, because: 'a copy', code: 'link-quarantined' }) },
    { good: false, code: 'link-quarantined' },
  ],
  [
    'display',
    'no program',
    { programs: async () => ({ canOpenDisplays: false, missing: ['A display: apt-get install -y xvfb'] }) },
    { good: false, optional: false, code: 'cannot-create-session' },
  ],
  [
    'desktop',
    'no notifications',
    { programs: async () => ({ canOpenDisplays: true, missing: ['Notifications: apt-get install -y dunst'] }) },
    { good: false, optional: true, fix: 'Notifications: apt-get install -y dunst' },
  ],
  [
    'disk',
    'full',
    { disk: async () => ({ folder: '/d', freeBytes: 1e6, neededBytes: 8e6, journalBytes: 5, journalFault: null }) },
    { good: false, code: 'journal-not-writable', found: '1.0 MB free for /d, the journal has 0.0 MB' },
  ],
  [
    'pam',
    'a service that others write',
    { pam: async () => ({ isNeeded: true, found: 'chmod 644 it', trouble: 'others write it' }) },
    { good: false, fix: 'chmod 644 it', code: 'cannot-create-session' },
  ],
  [
    'capacity',
    'no memory left',
    { capacity: async () => ({ memoryBytes: 8e9, availableBytes: 1e8, cores: 2, limit: 8 }) },
    { good: false, optional: true, found: expect.stringContaining('room for 8 sessions') },
  ],
  ['node', 'too old', { nodeVersion: 'v22.1.0' }, { good: false, fix: 'install Node 24 or newer' }],
];
test.each(faults)('%s: %s is found, with its fix', async (name, _what, change, told) =>
  expect(await checkOf(name, change)).toMatchObject(told),
);

describe('sessions', () => {
  test('a session that an ended run left is found, and one of a run in hand is not', async () => {
    const sessions = [session('alice', { ours: true, runId: 'r1' }), session('bob', { ours: true, runId: 'r2' })];
    expect(await checkOf('sessions', signedIn(sessions, new Set(['r1'])))).toMatchObject({
      good: false,
      found: expect.stringContaining('Left over by ended runs: bob'),
      fix: expect.stringContaining('deskhand gateway restart'),
    });
    expect(await checkOf('sessions', signedIn(sessions, new Set(['r1', 'r2'])))).toMatchObject({ good: true });
  });

  test('S57: a run of a machine with a single session is stopped by anybody, locked or not', async () => {
    const locked = signedIn([session('bob', { locked: true })]);
    expect(await checkOf('sessions', locked, { policy: 'single-session', user: 'alice' })).toMatchObject({
      good: false,
      code: 'session-exists-single',
      found: expect.stringContaining('bob (active, locked)'),
    });
    expect(await checkOf('sessions', locked, { policy: 'linux', user: 'alice' })).toMatchObject({ good: true });
    expect(await checkOf('sessions', locked)).toMatchObject({ good: true });
  });

  test('S58: elsewhere by a session of its own account, or by the limit', async () => {
    const away = signedIn([session('alice', { state: 'disconnected' })]);
    expect(await checkOf('sessions', away, { policy: 'multi-session', user: 'alice' })).toMatchObject({
      good: false,
      code: 'session-exists-multi',
    });
    expect(await checkOf('sessions', signedIn([session('bob'), session('carol')], null, 2))).toMatchObject({
      good: false,
      code: 'cannot-create-session',
      found: expect.stringContaining('limit of 2'),
    });
  });
});

test('a check that fails is told, and keeps nobody from the others', async () => {
  const { checks } = await examine({ pam: () => Promise.reject(new Error('no such library')) });
  expect(checks.filter(({ good }) => !good)).toMatchObject([
    { name: 'pam', found: expect.stringContaining('no such') },
  ]);
  expect(checks).toHaveLength(11);
});

test('a check that hangs is given up after its time', async () => {
  const late: (() => void)[] = [];
  const timers = {
    after: (_ms: number, act: () => void) => {
      late.push(act);
      return () => undefined;
    },
  };
  const hanging = { ...wellMachine(), server: () => new Promise<never>(() => undefined) };
  const report = examineMachine({ probes: hanging, timers, nowMs: () => 0 });
  for (const act of late) act();
  const { checks } = await report;
  expect(checks.filter(({ good }) => !good).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['server', 'clock']),
  );
});

test('no text of a check is longer than its bound, whatever the machine says', async () => {
  const because = 'x'.repeat(5_000);
  expect((await checkOf('server', { server: async () => ({ ok: false, url: 'u', because }) }))?.found).toHaveLength(
    CHECK_TEXT_MAX,
  );
});
