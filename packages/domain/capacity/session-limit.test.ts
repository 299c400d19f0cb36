import { describe, expect, test } from 'vitest';
import { facts } from '../run-queue/queue-world.ts';
import type { MachineFacts, MachinePolicy, Rehearsal } from '../session/machine.ts';
import { limitOfMember, linuxSessionLimit, policyOf } from './session-limit.ts';

const GIB = 1024 ** 3;

function check(
  reportedPolicy: MachinePolicy,
  changes: Partial<MachineFacts>,
  capacityOverride: number | null,
  expected: number,
): void {
  expect(limitOfMember({ policyOverride: null, capacityOverride }, facts({ reportedPolicy, ...changes }))).toBe(
    expected,
  );
}

function checkRehearsal(
  policyOverride: Rehearsal,
  measured: number,
  capacityOverride: number | null,
  expected: number,
): void {
  expect(limitOfMember({ policyOverride, capacityOverride }, facts({ sessionLimit: measured }))).toBe(expected);
}

describe('how many sessions a machine holds', () => {
  test('S41: a single-session machine holds one, whatever it is set to', () => {
    check('single-session', { sessionLimit: 8 }, null, 1);
    check('single-session', { sessionLimit: 8 }, 5, 1);
  });

  test('a virtual machine holds one', () => check('virtual', { sessionLimit: 8 }, 5, 1));

  test('S39: a server without Remote Desktop Services holds two', () =>
    check('multi-session', { sessionLimit: 8 }, null, 2));

  test('S37, S39: with Remote Desktop Services it holds what the machine reports', () =>
    check('multi-session', { sessionLimit: 8, remoteDesktopServices: true }, null, 8));

  test('a setting lowers the limit of a server', () =>
    check('multi-session', { sessionLimit: 8, remoteDesktopServices: true }, 3, 3));

  test('a setting never raises the limit of a server', () => {
    check('multi-session', { sessionLimit: 8, remoteDesktopServices: true }, 9, 8);
    check('multi-session', { sessionLimit: 8 }, 9, 2);
  });

  test('S39: a rehearsed server holds two, whatever its machine could hold and is set to', () => {
    checkRehearsal('multi-session', 8, null, 2);
    checkRehearsal('multi-session', 8, 5, 2);
  });
  test('S39: one that is rehearsed with Remote Desktop Services holds what its machine can, and a setting only lowers it', () => {
    checkRehearsal('multi-session-rds', 8, null, 8);
    checkRehearsal('multi-session-rds', 8, 3, 3);
    checkRehearsal('multi-session-rds', 8, 9, 8);
  });
  test('a machine that measured less than two rehearses a server with what it has', () => {
    checkRehearsal('multi-session', 1, null, 1);
    checkRehearsal('multi-session-rds', 1, null, 1);
  });
  test('Remote Desktop Services are rehearsed on Linux machines only', () => {
    const server = facts({ reportedPolicy: 'multi-session', sessionLimit: 8 });
    expect(limitOfMember({ policyOverride: 'multi-session-rds', capacityOverride: null }, server)).toBe(2);
  });

  test('S37: a Linux machine holds what was measured', () => check('linux', { sessionLimit: 6 }, null, 6));
  test('a setting lowers or raises the limit of a Linux machine', () => {
    check('linux', { sessionLimit: 6 }, 2, 2);
    check('linux', { sessionLimit: 6 }, 12, 12);
  });

  test.each([0, -3, 0.5])('a setting of %d counts as one', (setting) => check('linux', {}, setting, 1));
  test('a machine that reports nothing still holds one', () => check('linux', { sessionLimit: 0 }, null, 1));
});

test.each([
  [24 * GIB, 2, 8],
  [4 * GIB, 8, 6],
  [2 * GIB, 1, 2],
  [0.5 * GIB, 1, 1],
  [0, 0, 1],
])('S37: %d bytes of memory and %d cores hold %d sessions', (memoryBytes, cores, expected) => {
  expect(linuxSessionLimit(memoryBytes, cores)).toBe(expected);
});

test('a rehearsal overrides the policy that the machine reports', () => {
  expect(policyOf({ policyOverride: 'single-session' }, facts())).toBe('single-session');
  expect(policyOf({ policyOverride: 'multi-session' }, facts())).toBe('multi-session');
  expect(policyOf({ policyOverride: 'multi-session-rds' }, facts())).toBe('multi-session');
  expect(policyOf({ policyOverride: null }, facts())).toBe('linux');
});

test('a rehearsal is for Linux machines', () => {
  expect(policyOf({ policyOverride: 'multi-session' }, facts({ reportedPolicy: 'virtual' }))).toBe('virtual');
  expect(policyOf({ policyOverride: 'multi-session' }, facts({ reportedPolicy: 'single-session' }))).toBe(
    'single-session',
  );
});
