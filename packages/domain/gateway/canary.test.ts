import { describe, expect, test } from 'vitest';
import type { ConnectionId, GatewayId } from '../brand.ts';
import { preflightAnswers } from '../preflight/preflight.ts';
import {
  accountForCanary,
  afterCanary,
  type CanaryAccount,
  type CanaryOutcome,
  canaryOutcome,
  type CanaryState,
  freshCanaryState,
} from './canary.ts';

const MINUTE_MS = 60_000;

/** The waits after each canary in minutes, until it is put back. */
function waits(text: string): string {
  const outcomes: Readonly<Record<string, CanaryOutcome>> = { s: 'succeeded', f: 'failed', o: 'open' };
  let state: CanaryState = freshCanaryState;
  const told: string[] = [];
  for (const mark of text) {
    const after = afterCanary(state, outcomes[mark] ?? 'open');
    if (after.do === 'put-back') return [...told, 'back'].join(' ');
    state = after.state;
    told.push(String(after.nextInMs / MINUTE_MS));
  }
  return told.join(' ');
}

test.each([
  ['sss', '0 0 back'],
  ['fff', '10 20 40'],
  ['fffffff', '10 20 40 80 160 240 240'],
  ['ssfsss', '0 0 10 0 0 back'],
  ['ooo', '5 5 5'],
  ['soss', '0 5 0 back'],
  ['fosss', '10 10 0 0 back'],
])('canaries that ended %s wait %s minutes', (text, expected) => {
  expect(waits(text)).toBe(expected);
});

const gateway = 'g' as GatewayId;

describe('a canary', () => {
  test.each([
    ['queued', null, undefined, undefined],
    ['starting', gateway, undefined, undefined],
    ['succeeded', gateway, undefined, 'succeeded'],
    ['succeeded', 'other' as GatewayId, undefined, 'open'],
    ['failed', gateway, 'SessionCreationError', 'failed'],
    ['failed', gateway, 'RunnerLost', 'failed'],
    ['failed', gateway, 'session-exists-multi', 'open'],
    ['failed', 'other' as GatewayId, 'SessionCreationError', 'open'],
    ['timedOut', null, 'NoCandidateMachine', 'open'],
    ['cancelled', gateway, undefined, 'open'],
    ['uncertain', gateway, undefined, 'open'],
  ] as const)('that is %s on %s with %s says %s', (state, gatewayId, errorCode, expected) => {
    expect(canaryOutcome({ state, gatewayId, errorCode }, gateway)).toBe(expected);
  });
});

const account = (name: string, change: Partial<CanaryAccount> = {}): CanaryAccount => ({
  connectionId: name as ConnectionId,
  lastFineAtMs: 1_000,
  preflight: null,
  wasRefused: false,
  ...change,
});
const chosen = (...accounts: CanaryAccount[]): string | undefined => accountForCanary(accounts)?.connectionId;

describe('the account of a canary', () => {
  test('is the one that another member signed in last', () =>
    expect(chosen(account('a'), account('b', { lastFineAtMs: 2_000 }))).toBe('b'));

  test('is none that was refused there', () => {
    expect(chosen(account('a', { wasRefused: true }), account('b', { lastFineAtMs: 1 }))).toBe('b');
    expect(chosen(account('a', { wasRefused: true }))).toBeUndefined();
  });

  test('is none whose password a preflight found wrong, or did not try so as not to lock it', () => {
    const tried = preflightAnswers.filter((preflight) => chosen(account('a', { preflight })) !== undefined);
    expect(tried).toEqual(['ok', 'not-supported', 'no-answer']);
  });
});
