import { describe, expect, test } from 'vitest';
import { member } from '../run-queue/queue-world.ts';
import { healthOf } from './health.ts';
import { policyFromMachine } from './machine-policy.ts';
import { memberAvailability, servingMembers } from './member-availability.ts';

describe('which members may be asked', () => {
  test.each([
    [{}, 'yes'],
    [{ online: false }, 'gateway-offline'],
    [{ enabled: false }, 'gateway-disabled'],
    [{ quarantined: true }, 'gateway-quarantined'],
    [{ enabled: false, online: false }, 'gateway-disabled'],
    [{ quarantined: true, enabled: false, online: false }, 'gateway-quarantined'],
  ] as const)('S45: a member that is %o answers %s', (changes, expected) => {
    const verdict = memberAvailability(member('desk', changes));
    expect(verdict.ok ? 'yes' : verdict.because.code).toBe(expected);
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
  const word = (changes: Parameters<typeof member>[1], runs = 0) => healthOf(member('desk', changes), runs).word;

  test('a gateway that can do something is online', () =>
    expect(word({ facts: { canAttended: false } })).toBe('Online'));
  test('S59: an offline gateway says what to check', () => {
    const health = healthOf(member('desk', { online: false }));
    expect(health.word).toBe('Offline');
    expect(health.advice.join(' ')).toMatch(/power.*network.*restart/s);
  });
  test('an offline gateway with runs of ours is unreachable', () =>
    expect(word({ online: false }, 1)).toBe('Unreachable'));
  test('S60: an online gateway that can do nothing says to restart it', () => {
    const health = healthOf(
      member('desk', { facts: { canAttended: false, canUnattended: false, missing: ['No X.'] } }),
    );
    expect(health).toEqual({ word: 'Needs attention', advice: ['No X.', 'Restart the gateway on its machine.'] });
  });
  test('a gateway that has not yet reported is starting', () => expect(word({ facts: null })).toBe('Starting'));
  test('a disabled gateway says so', () => expect(word({ enabled: false })).toBe('Disabled'));
  test('a quarantined gateway says so before anything else', () =>
    expect(word({ quarantined: true, online: false })).toBe('Quarantined'));
});
