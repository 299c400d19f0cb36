import { describe, expect, test } from 'vitest';
import { member } from '../run-queue/queue-world.ts';
import { type GatewaySigns, healthOf } from './health.ts';
import { policyFromMachine } from './machine-policy.ts';
import { memberAvailability, servingMembers } from './member-availability.ts';

describe('which members may be asked', () => {
  test.each([
    [{}, 'yes'],
    [{ online: false }, 'gateway-offline'],
    [{ enabled: false }, 'gateway-disabled'],
    [{ quarantined: true }, 'gateway-quarantined'],
    [{ maintenance: { note: '' } }, 'gateway-in-maintenance'],
    [{ maintenance: { note: '' }, online: false }, 'gateway-in-maintenance'],
    [{ maintenance: { note: '' }, enabled: false }, 'gateway-disabled'],
    [{ enabled: false, online: false }, 'gateway-disabled'],
    [{ quarantined: true, enabled: false, online: false }, 'gateway-quarantined'],
  ] as const)('S45: a member that is %o answers %s', (changes, expected) => {
    const verdict = memberAvailability(member('desk', changes));
    expect(verdict.ok ? 'yes' : verdict.because.code).toBe(expected);
  });

  test.each([
    ['', 'The gateway desk is in maintenance.'],
    ['New disk', 'The gateway desk is in maintenance: New disk.'],
    ['Back at noon. ', 'The gateway desk is in maintenance: Back at noon.'],
  ])('maintenance says why, in the words of whoever began it: %j', (note, message) => {
    expect(memberAvailability(member('desk', { maintenance: { note } }))).toMatchObject({ because: { message } });
  });

  const members = [member('c', { order: 2 }), member('a', { order: 0, online: false }), member('b', { order: 1 })];
  const names = (all: boolean) => [...servingMembers(members, all)].map((one) => one.name);

  test('S47: with the toggle on, all that are available', () => expect(names(true)).toEqual(['c', 'b']));
  test('S47: with the toggle off, the first available by order', () => expect(names(false)).toEqual(['b']));
  test('of two members with one order the first listed takes the runs', () => {
    const [taker] = servingMembers([member('x'), member('y')], false);
    expect(taker?.name).toBe('x');
  });
});

test.each([
  ['windows', 'Windows 10 Pro', 'single-session'],
  ['windows', 'Windows 11 Enterprise', 'single-session'],
  ['windows', 'Windows Server 2016', 'multi-session'],
  ['windows', 'Microsoft Windows Server 2019 Datacenter', 'multi-session'],
  ['windows', 'something unheard of', 'single-session'],
  ['linux', 'Debian GNU/Linux 12', 'linux'],
  ['linux', 'Ubuntu Server 24.04', 'linux'],
  ['virtual', 'Debian GNU/Linux 12', 'virtual'],
] as const)('S19, S20: the %s adapter on %s follows the policy %s', (adapter, operatingSystem, policy) => {
  expect(policyFromMachine(adapter, operatingSystem)).toBe(policy);
});

describe('the word beside a gateway', () => {
  const fine = { runsInHand: 0, clockSkewMs: 0, version: '0.1.0', serverVersion: '0.1.0' };
  const health = (changes: Parameters<typeof member>[1], signs: Partial<GatewaySigns> = {}) =>
    healthOf(member('desk', changes), { ...fine, ...signs });
  const word = (...given: Parameters<typeof health>) => health(...given).word;
  const nothing = { canAttended: false, canUnattended: false };

  test('a gateway that can do something is online, and nothing is advised', () =>
    expect(health({ facts: { canAttended: false } })).toEqual({ word: 'Online', advice: [] }));
  test('S59: an offline gateway says what to check', () => {
    const offline = health({ online: false });
    expect(offline.word).toBe('Offline');
    expect(offline.advice.join(' ')).toMatch(/power.*network.*restart/s);
  });
  test('an offline gateway with runs of ours is unreachable', () =>
    expect(word({ online: false }, { runsInHand: 1 })).toBe('Unreachable'));
  test('S60: an online gateway that can do nothing says to restart it', () =>
    expect(health({ facts: { ...nothing, missing: ['No X.'] } })).toEqual({
      word: 'Needs attention',
      advice: ['No X.', 'Restart the gateway on its machine.'],
    }));
  test('a gateway that has not yet reported is starting', () => expect(word({ facts: null })).toBe('Starting'));
  test('a disabled gateway says so', () => expect(word({ enabled: false })).toBe('Disabled'));
  test('maintenance is told although the machine is switched off meanwhile', () =>
    expect(word({ maintenance: { note: '' }, online: false })).toBe('Maintenance'));
  test('a quarantined gateway says so before anything else', () =>
    expect(word({ quarantined: true, online: false, maintenance: { note: '' } })).toBe('Quarantined'));
  test('S35: a version that is behind and a clock that is off are told beside it', () =>
    expect(health({}, { version: '0.0.9', clockSkewMs: -120_000 })).toEqual({
      word: 'Online',
      advice: [expect.stringContaining('2 min behind'), expect.stringContaining('0.0.9 is older')],
    }));
  test('of a machine that is away nothing is told that may have been put right since', () =>
    expect(health({ online: false }, { version: '0.0.9', clockSkewMs: -120_000 }).advice).toHaveLength(2));
});
