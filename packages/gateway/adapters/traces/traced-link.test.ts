import type { FinishedStep } from '@deskhand/protocol/traces/open-traces.ts';
import { expect, test } from 'vitest';
import type { LinkHandlers, WorkMessage, WorkOrder } from '../../ports/link.ts';
import { ATTEMPTS_TRACED_MAX, tracedLink } from './traced-link.ts';

const of = { runId: 'r1', attempt: 1 };

function world() {
  const steps: FinishedStep[] = [];
  const traces = { record: (step: FinishedStep) => void steps.push(step), close: () => Promise.resolve() };
  const clock = { nowMs: 0 };
  const sent: WorkMessage[] = [];
  const given = { send: (message: WorkMessage) => sent.push(message) > 0, isUp: () => true, hasRoom: () => true };
  const { link, handlers } = tracedLink(given, traces, () => clock.nowMs);
  const { message } = handlers({ message: () => undefined } as unknown as LinkHandlers);
  const at = (ms: number, act: () => unknown): void => {
    clock.nowMs = ms;
    act();
  };
  const offer = (ms: number, about = of): void => at(ms, () => message({ type: 'offer', ...about } as WorkOrder));
  const send = (ms: number, said: object): void => at(ms, () => link.send({ ...of, ...said } as WorkMessage));
  return { steps, sent, offer, send };
}

const told = ({ steps }: ReturnType<typeof world>) =>
  steps.map(({ step, startMs, endMs, fault }) => [step, startMs, endMs, ...(fault === undefined ? [] : [fault])]);

test('each step ends where the next begins, and the first line of the log ends the last', () => {
  const one = world();
  one.offer(10);
  one.send(12, { type: 'acquire' });
  one.send(20, { type: 'phase', phase: 'signingIn' });
  one.send(300, { type: 'phase', phase: 'downloading' });
  one.send(350, { type: 'phase', phase: 'running' });
  one.send(500, { type: 'log', lines: [{ at: new Date(380).toISOString() }] });
  one.send(600, { type: 'log', lines: [{ at: new Date(590).toISOString() }] });
  expect(told(one)).toEqual([
    ['judge', 10, 12],
    ['sign in', 20, 300],
    ['download', 300, 350],
    ['first action', 350, 380],
  ]);
  expect(one.sent).toHaveLength(6);
});

test('a decline and a failed sign-in end their step with the reason', () => {
  const one = world();
  one.offer(10);
  one.send(11, { type: 'decline', because: { code: 'user-busy' } });
  one.send(20, { type: 'phase', phase: 'signingIn' });
  one.send(90, { type: 'result', result: { error: { code: 'InvalidCredentials' } } });
  expect(told(one)).toEqual([
    ['judge', 10, 11, 'user-busy'],
    ['sign in', 20, 90, 'InvalidCredentials'],
  ]);
});

test('offers that are never answered are forgotten, the oldest first', () => {
  const one = world();
  for (let number = 0; number <= ATTEMPTS_TRACED_MAX; number += 1)
    one.offer(number, { runId: `r${number}`, attempt: 1 });
  one.send(9_000, { type: 'acquire', runId: 'r0' });
  one.send(9_000, { type: 'acquire', runId: 'r1' });
  expect(one.steps.map(({ runId }) => runId)).toEqual(['r1']);
});
