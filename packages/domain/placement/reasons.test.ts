import { expect, test } from 'vitest';
import type { WaitCode } from '../run-queue/snapshot.ts';
import { foremostOf, kindOfReason, reason } from './reasons.ts';

const allCodes = Object.keys(kindOfReason) as WaitCode[];
const foremost = (...codes: WaitCode[]) => foremostOf(codes.map((code) => reason(code, code, ''))).code;

test('the foremost reason is the last thing that must change', () => {
  expect(foremost('gateway-offline', 'attended-locked', 'no-free-slot')).toBe('no-free-slot');
  expect(foremost('not-primary', 'gateway-offline')).toBe('gateway-offline');
  expect(foremost('gateway-disabled', 'session-exists-multi')).toBe('session-exists-multi');
});

test('of equal reasons the first member’s is shown', () => {
  const first = reason('gateway-offline', 'first', '');
  expect(foremostOf([first, reason('gateway-offline', 'second', '')])).toBe(first);
});

test('without members the reason says that there are none', () => expect(foremost()).toBe('no-members'));

test('only the eight session rules may end a run', () => {
  expect(allCodes.filter((code) => kindOfReason[code] === 'session-rule')).toHaveLength(8);
});
