import { expect, test } from 'vitest';
import { inHand, session } from '../run-queue/queue-world.ts';
import type { MachinePolicy, SessionFact } from '../session/machine.ts';
import { holdingsOf } from './holdings.ts';

/** `held+people busy,busy` */
function check(
  policy: MachinePolicy,
  world: { readonly sessions?: readonly SessionFact[]; readonly runs?: Parameters<typeof holdingsOf>[2] },
  expected: string,
): void {
  const { slotsHeld, slotsOfPeople, busyUsers } = holdingsOf(
    policy,
    { sessions: world.sessions ?? [] },
    world.runs ?? [],
  );
  expect(`${String(slotsHeld)}+${String(slotsOfPeople)} ${[...busyUsers].toSorted().join(',')}`).toBe(expected);
}

const ours = (user: string, runId: string | null) => session(user, { ours: true, runId });

test('an unattended run holds a slot and its user before its session shows', () =>
  check('linux', { runs: [inHand('alice', 'desk')] }, '1+0 alice'));

test('the run and its session are one slot', () =>
  check('linux', { runs: [inHand('alice', 'desk')], sessions: [ours('alice', 'alice in hand')] }, '1+0 alice'));

test('S12: a session whose run is over holds its slot and user until its sign-out is complete', () =>
  check('linux', { sessions: [ours('alice', 'over')] }, '1+0 alice'));

test('S14: an attended run uses the slot of its person', () =>
  check('multi-session', { runs: [inHand('dora', 'desk', 'attended')], sessions: [session('dora')] }, '0+1 dora'));

test('S41: on a single-session machine an attended run takes the only slot', () =>
  check('single-session', { runs: [inHand('dora', 'desk', 'attended')], sessions: [session('dora')] }, '1+0 dora'));

test('the open session of a virtual machine is nobody’s leftover', () =>
  check('virtual', { sessions: [ours('alice', null)] }, '0+0 '));
