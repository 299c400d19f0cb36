import { expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import { reason } from '../placement/reasons.ts';
import {
  attemptOverdue,
  EXECUTION_TIMEOUT_DEFAULT_MS,
  EXECUTION_TIMEOUT_MAX_MS,
  GIVE_UP_GRACE_MS,
  giveUpAtMs,
  judgeExecutionTimeout,
  judgeStartDeadline,
  overdue,
  type RunOnTheClock,
  START_DEADLINE_DEFAULT_MS,
  STARTING_LIMIT_MS,
} from './deadlines.ts';

const HOUR_MS = 3_600_000;
const REQUESTED_MS = 1_000_000;
const runOnTheClock = (changes: Partial<RunOnTheClock>): RunOnTheClock => ({
  id: 'r1' as RunId,
  state: 'queued',
  startDeadlineAtMs: REQUESTED_MS + START_DEADLINE_DEFAULT_MS,
  executionTimeoutMs: HOUR_MS,
  acquiredAtMs: null,
  runningAtMs: null,
  ...changes,
});

const eventAt = (changes: Partial<RunOnTheClock>, nowMs: number) => overdue([runOnTheClock(changes)], nowMs)[0]?.event;

test('S33: a run must start within three hours of its request unless a setting says otherwise', () => {
  expect(START_DEADLINE_DEFAULT_MS).toBe(3 * HOUR_MS);
});

test.each(['queued', 'offered'] as const)('S33: a run that is still %s at its start deadline expires', (state) => {
  expect(eventAt({ state }, REQUESTED_MS + 3 * HOUR_MS - 1)).toBeUndefined();
  expect(eventAt({ state }, REQUESTED_MS + 3 * HOUR_MS)).toBe('expire');
});

test('S33: the start deadline is met when a gateway has acquired the run', () => {
  const acquired = { state: 'starting', acquiredAtMs: REQUESTED_MS + 3 * HOUR_MS - 1 } as const;
  expect(eventAt(acquired, REQUESTED_MS + 3 * HOUR_MS)).toBeUndefined();
});

test('S33: an expired run says NoCandidateMachine and what each member said last', () => {
  const because = reason('gateway-offline', 'The gateway desk is offline.', 'Switch it on.');
  const answers = [{ gatewayId: 'g' as GatewayId, name: 'desk', because }];
  const [ended] = overdue([runOnTheClock({})], REQUESTED_MS + 3 * HOUR_MS, () => answers);
  expect(ended?.error).toMatchObject({ code: 'NoCandidateMachine', details: 'desk: The gateway desk is offline.' });
});

test('a running run is given up only after its execution timeout and a grace', () => {
  const running = { state: 'running', acquiredAtMs: 0, runningAtMs: 5_000 } as const;
  expect(eventAt(running, 5_000 + HOUR_MS + GIVE_UP_GRACE_MS - 1)).toBeUndefined();
  expect(eventAt(running, 5_000 + HOUR_MS + GIVE_UP_GRACE_MS)).toBe('lose');
});

test('a starting run might have begun to run unheard, so it is given up as late as if it had', () => {
  const starting = runOnTheClock({ state: 'starting', acquiredAtMs: 0 });
  expect(giveUpAtMs(starting)).toBe(STARTING_LIMIT_MS + HOUR_MS + GIVE_UP_GRACE_MS);
});

test.each(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain'] as const)(
  'a run that is %s is never overdue',
  (state) => {
    expect(eventAt({ state, acquiredAtMs: 0, runningAtMs: 0 }, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  },
);

test('a run that is not ready within five minutes fails with SessionCreationError', () => {
  const starting = { phase: 'starting', executionTimeoutMs: HOUR_MS } as const;
  expect(attemptOverdue({ ...starting, elapsedMs: 5 * 60_000 - 1 })).toBeNull();
  expect(attemptOverdue({ ...starting, elapsedMs: 5 * 60_000 })).toMatchObject({
    event: 'fail',
    error: { code: 'SessionCreationError' },
  });
});

test('a run that takes longer than its execution timeout expires', () => {
  const running = { phase: 'running', executionTimeoutMs: HOUR_MS } as const;
  expect(attemptOverdue({ ...running, elapsedMs: HOUR_MS - 1 })).toBeNull();
  expect(attemptOverdue({ ...running, elapsedMs: HOUR_MS })).toMatchObject({ event: 'expire' });
});

test('the execution timeout is three hours by default and 24 hours at most', () => {
  expect(EXECUTION_TIMEOUT_DEFAULT_MS).toBe(3 * HOUR_MS);
  expect(judgeExecutionTimeout(EXECUTION_TIMEOUT_MAX_MS)).toMatchObject({ ok: true });
  expect(judgeExecutionTimeout(24 * HOUR_MS + 1)).toEqual({ ok: false, because: 'too-long', limitMs: 24 * HOUR_MS });
  expect(judgeExecutionTimeout(0)).toMatchObject({ ok: false, because: 'too-short' });
});

test.each([Number.NaN, -1, 0, 999])('a start deadline of %d ms is refused', (durationMs) => {
  expect(judgeStartDeadline(durationMs)).toMatchObject({ ok: false, because: 'too-short' });
});
