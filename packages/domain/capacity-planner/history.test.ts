import { describe, expect, test } from 'vitest';
import type { AccountId, GatewayId, RunId } from '../brand.ts';
import { type HistorySpan, historyOf, type PastRun } from './history.ts';
import { MINUTE_MS } from './small-loads.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;

/** Minutes from the beginning; acquired three minutes after the request, over ten minutes later. */
function past(at: number, changes: Partial<PastRun> = {}): PastRun {
  const requestedAtMs = at * MINUTE_MS;
  return {
    ...{
      id: `at ${String(at)}` as RunId,
      flowId: 'mail',
      submittedById: 'ada' as AccountId,
      machineUser: 'robot',
      mode: 'unattended',
      priority: 'normal',
      topRank: null,
    },
    ...{ state: 'succeeded', gatewayId: 'm1' as GatewayId, requestedAtMs },
    startDeadlineAtMs: requestedAtMs + 30 * MINUTE_MS,
    acquiredAtMs: requestedAtMs + 3 * MINUTE_MS,
    endedAtMs: requestedAtMs + 13 * MINUTE_MS,
    signedOutAtMs: requestedAtMs + 14 * MINUTE_MS,
    ...changes,
  };
}
const neverThere = { acquiredAtMs: null, signedOutAtMs: null, gatewayId: null } as const;
const span: HistorySpan = { fromMs: 0, toMs: 10 * DAY_MS, nowMs: 10 * DAY_MS };
const history = (runs: readonly PastRun[], changes: Partial<HistorySpan> = {}) =>
  historyOf(runs, { ...span, ...changes });
const durations = (runs: readonly PastRun[]) => history(runs).load.runs.map(({ durationMs }) => durationMs / MINUTE_MS);

describe('what was becomes a load', () => {
  test('a run asks when it was requested, and holds its slot from the acquire until it is signed out', () =>
    expect(history([past(5)]).load.runs).toMatchObject([
      { atMs: 5 * MINUTE_MS, durationMs: 11 * MINUTE_MS, startDeadlineMs: 30 * MINUTE_MS, cancelledAfterMs: null },
    ]));

  test('one that never ran is played with the middle duration of its flow, else of all, else a guess', () => {
    const missed = past(1, { ...neverThere, state: 'timedOut' });
    expect(durations([past(0), missed])).toEqual([11, 11]);
    expect(durations([past(0), { ...missed, flowId: 'bills' }])).toEqual([11, 11]);
    expect(durations([missed])).toEqual([2]);
    expect(history([past(0), missed]).guessed).toBe(1);
  });

  test('what fairness looks at is told: who submitted it, and whether its duration was measured', () =>
    expect(history([past(0), past(1, { ...neverThere, state: 'timedOut' })]).load.runs).toMatchObject([
      { submittedById: 'ada', flow: 'mail', isGuess: false },
      { submittedById: 'ada', flow: 'mail', isGuess: true },
    ]));

  test('one that runs still takes at least as long as it has', () => {
    const still = past(0, { endedAtMs: null, signedOutAtMs: null, state: 'running' });
    expect(history([still], { nowMs: 60 * MINUTE_MS }).load.runs[0]?.durationMs).toBe(57 * MINUTE_MS);
  });

  test('one that a person cancelled while it waited leaves when it left', () =>
    expect(history([past(0, { ...neverThere, state: 'cancelled', endedAtMs: 4 * MINUTE_MS })]).load.runs).toMatchObject(
      [{ cancelledAfterMs: 4 * MINUTE_MS }],
    ));

  test('one that a rule refused asked for no slot', () => {
    const { load, refused } = history([past(0, { ...neverThere, state: 'failed' })]);
    expect([load.runs.length, refused]).toEqual([0, 1]);
  });

  test('an attended run stands where it stood', () =>
    expect(history([past(0, { mode: 'attended' })]).load).toMatchObject({
      runs: [],
      attended: [
        {
          gatewayId: 'm1',
          user: 'robot',
          flow: 'mail',
          submittedById: 'ada',
          fromMs: 3 * MINUTE_MS,
          toMs: 14 * MINUTE_MS,
        },
      ],
    }));
});

describe('what really became of them', () => {
  test('waits and missed deadlines, without what a person cancelled or what waits still', () => {
    const { real } = history([
      past(0),
      past(1, { ...neverThere, state: 'timedOut', endedAtMs: 31 * MINUTE_MS }),
      past(2, { ...neverThere, state: 'cancelled' }),
      past(3, { ...neverThere, state: 'queued', endedAtMs: null }),
    ]);
    expect(real).toMatchObject({ runs: 2, started: 1, missed: 1, waits: { maxMs: 30 * MINUTE_MS } });
  });

  test('less than a week says so', () => {
    expect(history([past(0)]).isShort).toBe(false);
    expect(history([past(4 * 24 * 60)]).isShort).toBe(true);
    expect(history([]).isShort).toBe(true);
  });
});
