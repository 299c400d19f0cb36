import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import type { RunState } from './run.ts';
import {
  type AttemptPhase,
  gatewayPart,
  type HeldAttempt,
  judgeAttempt,
  judgeMessage,
  mayBeWaiting,
  type ReconcileVerdict,
  type ReportedAttempt,
  reconcile,
} from './start-once.ts';
import { allStates, isTerminal, type RunEvent, transition } from './transitions.ts';

const phases = ['absent', 'accepted', 'started', 'signingIn', 'downloading', 'running', 'ending', 'ended'] as const;
type Said = (typeof phases)[number];
const livePhases = ['started', 'signingIn', 'downloading', 'running', 'ending'] as const;

describe('messages', () => {
  const stored = { attempt: 3, gatewayId: 'desk' as GatewayId };
  const judge = (attempt: number, gateway = 'desk') =>
    judgeMessage(stored, { attempt, gatewayId: gateway as GatewayId });

  test('a message about the attempt that is held is current', () => expect(judge(3)).toBe('current'));
  test('a message about a lower attempt is stale', () => expect(judge(2)).toBe('stale'));
  test('another gateway cannot speak for the attempt', () => expect(judge(3, 'other')).toBe('stale'));
  test('an attempt that was never given out is unknown', () => expect(judge(4)).toBe('unknown'));
  test('a run that the server does not know is unknown', () =>
    expect(judgeMessage(null, { attempt: 1, gatewayId: 'desk' as GatewayId })).toBe('unknown'));
});

/**
 * Every state of the server against everything a gateway can say of the same attempt. Columns: same journal and the
 * server never saw it run · same journal and it ran · another journal (ran or not).
 */
type Row = readonly [
  state: RunState,
  said: Said,
  notRun: ReconcileVerdict,
  ran: ReconcileVerdict,
  other: ReconcileVerdict,
];
const same = (state: RunState, said: Said, verdict: ReconcileVerdict): Row => [state, said, verdict, verdict, verdict];
const live = (state: RunState, verdict: ReconcileVerdict): readonly Row[] =>
  livePhases.map((said) => same(state, said, verdict));

const table: readonly Row[] = [
  same('queued', 'absent', 'nothing'),
  same('queued', 'accepted', 'end'),
  ...live('queued', 'take-journal-state'),
  same('queued', 'ended', 'take-journal-state'),

  same('offered', 'absent', 'withdraw'),
  same('offered', 'accepted', 'withdraw'),
  ...live('offered', 'take-journal-state'),
  same('offered', 'ended', 'take-journal-state'),

  ['starting', 'absent', 'release', 'mark-uncertain', 'mark-uncertain'],
  ['starting', 'accepted', 'go-on', 'go-on', 'mark-uncertain'],
  ...live('starting', 'go-on'),
  same('starting', 'ended', 'adopt-result'),

  same('running', 'absent', 'mark-uncertain'),
  ['running', 'accepted', 'go-on', 'go-on', 'mark-uncertain'],
  ...live('running', 'go-on'),
  same('running', 'ended', 'adopt-result'),

  ['cancelling', 'absent', 'confirm-cancel', 'mark-uncertain', 'mark-uncertain'],
  ['cancelling', 'accepted', 'cancel', 'cancel', 'mark-uncertain'],
  ...live('cancelling', 'cancel'),
  same('cancelling', 'ended', 'adopt-result'),

  ...(['succeeded', 'failed', 'cancelled', 'timedOut'] as const).flatMap((state): readonly Row[] => [
    same(state, 'absent', 'nothing'),
    same(state, 'accepted', 'end'),
    ...live(state, 'end'),
    same(state, 'ended', 'acknowledge'),
  ]),

  same('uncertain', 'absent', 'settle'),
  same('uncertain', 'accepted', 'end'),
  ...live('uncertain', 'end'),
  same('uncertain', 'ended', 'keep-late-report'),
];

describe('reconciliation of the same attempt', () => {
  test.each(table)('a run that is %s and said to be %s: %s, once seen running %s, another journal %s', (...row) => {
    const [state, said, notRun, ran, other] = row;
    expect(judgeAttempt({ state, hasRun: false }, said, true)).toBe(notRun);
    expect(judgeAttempt({ state, hasRun: true }, said, true)).toBe(ran);
    expect(judgeAttempt({ state, hasRun: false }, said, false)).toBe(other);
    expect(judgeAttempt({ state, hasRun: true }, said, false)).toBe(other);
  });

  test('the table holds every combination once', () => {
    const combinations = allStates.flatMap((state) => phases.map((said) => `${state} ${said}`));
    expect(table.map(([state, said]) => `${state} ${said}`).toSorted()).toEqual(combinations.toSorted());
  });
});

const held = (changes: Partial<HeldAttempt> = {}): HeldAttempt => ({
  runId: 'r1' as RunId,
  attempt: 3,
  isElsewhere: false,
  state: 'starting',
  hasRun: false,
  ...changes,
});
const said = (attempt: number, phase: AttemptPhase, runId = 'r1'): ReportedAttempt => ({
  runId: runId as RunId,
  attempt,
  phase,
});

describe('a whole report', () => {
  const verdicts = (...args: Parameters<typeof reconcile>) =>
    reconcile(...args).map((one) => `${one.runId}/${String(one.attempt)} ${one.verdict}`);

  test('an older attempt is stale once the one that is held was seen to run', () => {
    const ran = held({ state: 'running', hasRun: true });
    expect(verdicts([ran], [said(2, 'running'), said(3, 'running')], true)).toEqual(['r1/2 stale', 'r1/3 go-on']);
  });

  test('an older attempt that only was accepted is stale', () => {
    expect(verdicts([held({ state: 'queued' })], [said(2, 'accepted')], true)).toEqual(['r1/2 stale', 'r1/3 nothing']);
  });

  test.each(['started', 'running', 'ended'] as const)(
    'an older attempt that was %s, as no history of this database can have it, is where the run is',
    (phase) => {
      const last = (changes: Partial<HeldAttempt>) => verdicts([held(changes)], [said(2, phase)], true);
      expect(last({ state: 'queued' })).toEqual(['r1/2 take-journal-state', 'r1/3 nothing']);
      expect(last({ state: 'offered' })).toEqual(['r1/2 take-journal-state', 'r1/3 withdraw']);
      expect(last({ state: 'starting' })).toEqual(['r1/2 take-journal-state', 'r1/3 release']);
      expect(last({ state: 'offered', isElsewhere: true })).toEqual(['r1/2 take-journal-state']);
      expect(last({ state: 'starting', isElsewhere: true })).toEqual(['r1/2 take-journal-state']);
    },
  );

  test('an older attempt is stale where the journal tells that the held one was started as well', () => {
    expect(verdicts([held()], [said(2, 'ended'), said(3, 'running')], true)).toEqual(['r1/2 stale', 'r1/3 go-on']);
  });

  test('the same number given to another gateway, in a history that was taken back, does not hide a start', () => {
    const elsewhere = (changes: Partial<HeldAttempt>) =>
      verdicts([held({ isElsewhere: true, ...changes })], [said(3, 'running')], true);
    expect(elsewhere({ state: 'offered' })).toEqual(['r1/3 take-journal-state']);
    expect(elsewhere({ state: 'starting' })).toEqual(['r1/3 take-journal-state']);
    expect(elsewhere({ state: 'starting', hasRun: true })).toEqual(['r1/3 stale']);
    expect(elsewhere({ state: 'running', hasRun: true })).toEqual(['r1/3 stale']);
    expect(verdicts([held({ isElsewhere: true })], [said(3, 'accepted')], true)).toEqual(['r1/3 stale']);
  });

  test('a run the server does not know is told apart', () => {
    expect(verdicts([], [said(1, 'running')], true)).toEqual(['r1/1 unknown-to-server']);
  });

  test('an attempt ahead of a restored database takes the journal’s state', () => {
    expect(verdicts([held({ state: 'queued' })], [said(4, 'running')], true)).toEqual([
      'r1/4 take-journal-state',
      'r1/3 nothing',
    ]);
  });

  test('an attempt ahead of the server that never started is dropped', () => {
    expect(verdicts([held({ state: 'queued' })], [said(4, 'accepted')], true)[0]).toBe('r1/4 end');
  });

  test('an attempt ahead of a finished run cannot change how it ended', () => {
    expect(verdicts([held({ state: 'succeeded' })], [said(4, 'ended')], true)[0]).toBe('r1/4 keep-late-report');
    expect(verdicts([held({ state: 'succeeded' })], [said(4, 'running')], true)[0]).toBe('r1/4 end');
  });
});

const anyHeld = fc.uniqueArray(
  fc.record({
    runId: fc.constantFrom('r1', 'r2', 'r3', 'r4').map((id) => id as RunId),
    attempt: fc.integer({ min: 1, max: 3 }),
    isElsewhere: fc.boolean(),
    state: fc.constantFrom(...allStates),
    hasRun: fc.boolean(),
  }),
  { selector: (one) => one.runId },
);
const anyReport = fc.uniqueArray(
  fc.record({
    runId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5').map((id) => id as RunId),
    attempt: fc.integer({ min: 1, max: 4 }),
    phase: fc.constantFrom('accepted' as const, ...livePhases, 'ended' as const),
  }),
  { selector: (one) => `${one.runId} ${String(one.attempt)}` },
);

test('every attempt reported, or held for the gateway that reports, gets exactly one verdict', () => {
  fc.assert(
    fc.property(anyHeld, anyReport, fc.boolean(), (helds, reports, sameJournal) => {
      const keys = (list: readonly { readonly runId: RunId; readonly attempt: number }[]) =>
        list.map((one) => `${one.runId} ${String(one.attempt)}`);
      const expected = new Set([...keys(helds.filter((one) => !one.isElsewhere)), ...keys(reports)]);
      expect(keys(reconcile(helds, reports, sameJournal)).toSorted()).toEqual([...expected].toSorted());
    }),
  );
});

test('I1: a run goes back to the queue only when nothing shows that it was started', () => {
  fc.assert(
    fc.property(anyHeld, anyReport, fc.boolean(), (helds, reports, sameJournal) => {
      for (const decision of reconcile(helds, reports, sameJournal)) {
        if (decision.verdict !== 'release') continue;
        const one = helds.find((candidate) => candidate.runId === decision.runId);
        const ownReport = reports.find((r) => r.runId === decision.runId && r.attempt === decision.attempt);
        expect([one?.state, sameJournal, one?.hasRun, ownReport]).toEqual(['starting', true, false, undefined]);
      }
    }),
  );
});

test('I1: a run of which a journal tells a start is not left where it can start again', () => {
  fc.assert(
    fc.property(anyHeld, anyReport, (helds, reports) => {
      const decisions = reconcile(helds, reports, true);
      for (const one of helds.filter(mayBeWaiting)) {
        const starts = reports.filter(({ runId, phase }) => runId === one.runId && phase !== 'accepted');
        if (starts.length === 0) continue;
        const verdicts = decisions
          .filter(({ runId, attempt }) => starts.some((start) => start.runId === runId && start.attempt === attempt))
          .map(({ verdict }) => verdict);
        expect(verdicts.some((verdict) => ['take-journal-state', 'go-on', 'adopt-result'].includes(verdict))).toBe(
          true,
        );
      }
    }),
  );
});

test('what a verdict writes is an event that the run’s state allows', () => {
  const written: Partial<Record<ReconcileVerdict, RunEvent>> = {
    withdraw: 'withdraw',
    release: 'release',
    'confirm-cancel': 'confirmCancel',
    'mark-uncertain': 'lose',
  };
  for (const [state, said, ...verdicts] of table) {
    for (const event of verdicts.flatMap((verdict) => written[verdict] ?? [])) {
      expect([said, transition(state, event)]).toEqual([said, expect.objectContaining({ ok: true })]);
    }
  }
});

test('I3: no verdict on a finished run writes its state', () => {
  const harmless = new Set(['nothing', 'end', 'acknowledge', 'settle', 'keep-late-report']);
  for (const state of allStates.filter(isTerminal)) {
    for (const phase of phases) expect(harmless).toContain(judgeAttempt({ state, hasRun: true }, phase, true));
  }
});

test('an attempt that has ended is asked for its result or let go, and never told to go on', () => {
  expect(gatewayPart('take-journal-state', 'ended')).toBe('send-result');
  expect(gatewayPart('adopt-result', 'ended')).toBe('send-result');
  expect(gatewayPart('stale', 'ended')).toBe('forget');
  expect(gatewayPart('stale', 'running')).toBe('end');
  expect(gatewayPart('mark-uncertain', 'accepted')).toBe('end');
});
