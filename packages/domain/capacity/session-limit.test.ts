import { describe, expect, test } from 'vitest';
import { facts } from '../run-queue/queue-world.ts';
import type { MachineFacts, MachinePolicy } from '../session/machine.ts';
import { linuxSessionLimit, policyOf, sessionLimit } from './session-limit.ts';

const GIB = 1024 ** 3;

function check(policy: MachinePolicy, changes: Partial<MachineFacts>, setting: number | null, expected: number): void {
  expect(sessionLimit({ policy, facts: facts(changes), capacityOverride: setting })).toBe(expected);
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

  test('a machine that measured less than two rehearses a server with what it has', () =>
    check('multi-session', { sessionLimit: 1 }, null, 1));

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
  expect(policyOf({ policyOverride: null }, facts())).toBe('linux');
});

test('a rehearsal is for Linux machines, and only of Windows rules', () => {
  expect(policyOf({ policyOverride: 'multi-session' }, facts({ reportedPolicy: 'virtual' }))).toBe('virtual');
  expect(policyOf({ policyOverride: 'multi-session' }, facts({ reportedPolicy: 'single-session' }))).toBe(
    'single-session',
  );
  expect(policyOf({ policyOverride: 'virtual' }, facts())).toBe('linux');
});
