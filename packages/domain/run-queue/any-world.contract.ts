import fc from 'fast-check';
import { reason } from '../placement/reasons.ts';
import { rehearsals } from '../session/machine.ts';
import { inHand, member, session, snapshot, type WorldRun } from './queue-world.ts';
import type { QueueSnapshot } from './snapshot.ts';

/** Any queue that can be, for the properties of this package. */
export const NOW_MS = 1_000_000;
const users = ['alice', 'bob', 'carol', 'dora'];
const anyUser = fc.constantFrom(...users);
const anyMode = fc.constantFrom('unattended' as const, 'unattended' as const, 'attended' as const);

const anySession = fc.record({
  user: anyUser,
  state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const, 'disconnected' as const),
  locked: fc.constantFrom(false, false, true, 'unknown' as const),
  ours: fc.boolean(),
  runId: fc.constantFrom(null, 'over', 'alice in hand', 'bob in hand'),
  type: fc.constantFrom('x11' as const, 'wayland' as const),
});

const anyFacts = fc.record({
  version: fc.integer({ min: 1, max: 2 }),
  reportedPolicy: fc.constantFrom(
    'linux' as const,
    'multi-session' as const,
    'single-session' as const,
    'virtual' as const,
  ),
  sessions: fc.array(
    anySession.map((one) => session(one.user, one)),
    { maxLength: 3 },
  ),
  sessionLimit: fc.integer({ min: 1, max: 4 }),
  remoteDesktopServices: fc.boolean(),
  canUnattended: fc.constantFrom(true, true, true, false),
  canAttended: fc.constantFrom(true, true, true, false),
  ownUser: fc.constantFrom(...users),
});

const anyDecline = fc.record({
  classKey: fc.tuple(anyUser, anyMode, fc.constantFrom('fail', 'wait')).map((parts) => parts.join(' ')),
  because: fc.constantFrom(reason('declined', 'no', ''), reason('session-exists-multi', 'no', '')),
  factsVersion: fc.integer({ min: 1, max: 2 }),
  untilMs: fc.constantFrom(NOW_MS - 1, NOW_MS, NOW_MS + 1),
});

/** `freq: 2` is one in two; with 1 fast-check draws nothing but null. */
const mostly = fc.constantFrom(true, true, true, true, false);
const anyMember = fc.record({
  order: fc.nat(3),
  online: mostly,
  enabled: mostly,
  quarantined: mostly.map((value) => !value),
  maintenance: mostly.map((value) => (value ? null : { note: 'new disk' })),
  setAside: mostly.map((value) => (value ? null : { nextCanaryAtMs: NOW_MS })),
  facts: fc.option(anyFacts, { freq: 9 }),
  policyOverride: fc.option(fc.constantFrom(...rehearsals), { freq: 2 }),
  capacityOverride: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 2 }),
  declines: fc.array(anyDecline, { maxLength: 2 }),
});

export const anyRun: fc.Arbitrary<WorldRun> = fc
  .record({
    user: anyUser,
    mode: anyMode,
    priority: fc.constantFrom('high' as const, 'normal' as const),
    whenSessionBlocked: fc.constantFrom('fail' as const, 'wait' as const),
    moved: fc.boolean(),
  })
  .chain(({ moved, ...run }) => (moved ? fc.nat(9).map((rank) => ({ ...run, topRank: rank + 1 })) : fc.constant(run)));

export const anySnapshot: fc.Arbitrary<QueueSnapshot> = fc
  .record({
    members: fc
      .array(anyMember, { maxLength: 4 })
      .map((all) => all.map((one, index) => member(`g${String(index)}`, one))),
    runs: fc.array(anyRun, { maxLength: 10 }),
    running: fc.uniqueArray(fc.record({ user: anyUser, gateway: fc.constantFrom('g0', 'g1', 'g2'), mode: anyMode }), {
      maxLength: 4,
      selector: (run) => run.user,
    }),
    runOnAllGateways: mostly,
    selection: fc.constantFrom('random' as const, 'leastBusy' as const),
    addOnsFree: fc.option(fc.nat(3), { freq: 2 }),
  })
  .map(({ running, ...world }) =>
    snapshot({ ...world, inHand: running.map((run) => inHand(run.user, run.gateway, run.mode)) }),
  );
