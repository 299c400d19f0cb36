import { expect, test } from 'vitest';
import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId, RunId } from '../brand.ts';
import { planResubmit, type ResubmitOptions } from './resubmit.ts';
import type { DesktopFlowRun } from './run.ts';

const run = (changes: Partial<DesktopFlowRun> = {}): DesktopFlowRun => ({
  id: 'r1' as RunId,
  requestNumber: 1,
  flowId: 'f1' as DesktopFlowId,
  flowVersion: 3,
  connectionId: 'c1' as ConnectionId,
  clusterId: 'k1' as ClusterId,
  submittedBy: 'a1' as AccountId,
  mode: 'unattended',
  priority: 'high',
  topRank: 7,
  state: 'failed',
  phase: null,
  attempt: 1,
  gatewayId: 'g1' as GatewayId,
  requestedAtMs: 1_000,
  startDeadlineAtMs: 61_000,
  executionTimeoutMs: 5_000,
  resubmitOf: null,
  error: null,
  ...changes,
});

const planOf = (options: Partial<ResubmitOptions> = {}, changes: Partial<DesktopFlowRun> = {}) => {
  const answer = planResubmit(run(changes), { currentFlowVersion: 5, ...options });
  return answer.ok ? answer.plan : answer.because;
};

test('S56: a resubmitted run has the same inputs, connection, mode, priority and limits, and the flow as it is now', () => {
  expect(planOf()).toEqual({
    resubmitOf: 'r1',
    flowId: 'f1',
    flowVersion: 5,
    connectionId: 'c1',
    mode: 'unattended',
    priority: 'high',
    executionTimeoutMs: 5_000,
    startDeadlineMs: 60_000,
    inputs: 'same',
  });
});

test('the original version of the flow is used on request', () =>
  expect(planOf({ flowVersion: 'original' })).toMatchObject({ flowVersion: 3 }));

test('changed inputs replace the old ones', () =>
  expect(planOf({ inputs: { month: 'May' } })).toMatchObject({ inputs: { month: 'May' } }));

test.each(['queued', 'offered', 'starting', 'running', 'cancelling'] as const)(
  'a run that is %s cannot be resubmitted',
  (state) => expect(planOf({}, { state })).toMatchObject({ code: 'run-not-finished' }),
);

test('a deleted flow cannot be resubmitted, in its original version neither', () => {
  expect(planOf({ currentFlowVersion: null })).toMatchObject({ code: 'flow-deleted' });
  expect(planOf({ currentFlowVersion: null, flowVersion: 'original' })).toMatchObject({ code: 'flow-deleted' });
});

test('an uncertain run whose gateway has not reported warns and asks', () =>
  expect(planOf({}, { state: 'uncertain' })).toMatchObject({
    code: 'uncertain-needs-confirmation',
    mayConfirm: true,
  }));

test('an uncertain run goes on once the person has confirmed', () =>
  expect(planOf({ confirmed: true }, { state: 'uncertain' })).toMatchObject({ resubmitOf: 'r1' }));

test('an uncertain run asks nothing once its gateway has reported', () =>
  expect(planOf({ gatewayHasReported: true }, { state: 'uncertain' })).toMatchObject({ resubmitOf: 'r1' }));
