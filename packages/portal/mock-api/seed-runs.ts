import { slotFree, userFree } from '@deskhand/domain/placement/can-start-here.ts';
import { reason, type Verdict } from '@deskhand/domain/placement/reasons.ts';
import { SESSION_EXISTS_SINGLE } from '@deskhand/domain/session/texts.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { LogLine, Run } from '@deskhand/protocol/http/runs.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

interface Seeds {
  readonly runs: Run[];
  readonly logs: Map<string, LogLine[]>;
}

/** kiosk-1, whose two slots are taken by runs of alice and payroll. */
const kioskOne = { slotsHeld: 2, slotsOfPeople: 0, busyUsers: new Set(['alice', 'payroll']) };

/** In the words of the rules; which gateway says it stands beside the text, never in it. */
export const reasons = {
  slot: noOf(slotFree({ policy: 'linux', limit: 2 }, kioskOne, 'unattended')),
  behind: reason(
    'behind-earlier-run',
    'Waits behind earlier runs for the same slot.',
    'Move it to the top to start it next.',
  ),
  session: reason('session-exists-single', SESSION_EXISTS_SINGLE, 'Sign bob out of kiosk-2; locking is not enough.'),
  busy: noOf(userFree(kioskOne, 'alice')),
};

function noOf(verdict: Verdict) {
  if (verdict.ok) throw new Error('The seed asks a rule that has nothing against it.');
  return verdict.because;
}

export function baseRun(flow: DesktopFlow, requestNumber: number, change: Partial<Run>): Run {
  return {
    id: `run-${requestNumber}`,
    requestNumber,
    flow: { id: flow.id, name: flow.name, version: flow.version },
    connection: { id: 'con-ledger', name: 'Ledger', accountName: 'alice' },
    cluster: { id: 'clu-kiosks', name: 'Kiosks' },
    gateway: null,
    submittedBy: { id: 'acc-alice', name: 'Alice' },
    mode: 'unattended',
    priority: 'normal',
    movedToTop: false,
    state: 'queued',
    phase: null,
    display: 'Queued',
    attempt: 0,
    position: null,
    because: null,
    inputs: {},
    outputs: {},
    error: null,
    requestedAt: ago(5 * MINUTE),
    offeredAt: null,
    signingInAt: null,
    downloadingAt: null,
    startedAt: null,
    endedAt: null,
    signedOutAt: null,
    startDeadlineAt: new Date(Date.parse(change.requestedAt ?? ago(5 * MINUTE)) + 3 * HOUR).toISOString(),
    executionTimeoutMs: 3 * HOUR,
    waitedMs: 0,
    ranMs: null,
    resubmitOf: null,
    unreachableSince: null,
    lastActionAt: null,
    logLines: 0,
    logLinesLost: 0,
    screenshots: 0,
    ...change,
  };
}

interface Lived {
  readonly requestedAgoMs: number;
  readonly waitedMs: number;
  readonly ranMs: number;
}

/** The times of a run that went through everything. */
function lived({ requestedAgoMs, waitedMs, ranMs }: Lived): Partial<Run> {
  const at = (ms: number) => ago(requestedAgoMs - ms);
  const started = waitedMs + 4_200;
  return {
    attempt: 1,
    gateway: { id: 'gw-1', name: 'kiosk-1' },
    requestedAt: ago(requestedAgoMs),
    offeredAt: at(waitedMs - 40),
    signingInAt: at(waitedMs),
    downloadingAt: at(waitedMs + 3_400),
    startedAt: at(started),
    endedAt: at(started + ranMs),
    signedOutAt: at(started + ranMs + 900),
    lastActionAt: at(started + ranMs),
    waitedMs,
    ranMs,
    logLines: 120,
    screenshots: 1,
  };
}

export function seedRuns(flows: readonly DesktopFlow[]): Seeds {
  const logs = new Map<string, LogLine[]>();
  const flow = (id: string): DesktopFlow => {
    const found = flows.find((item) => item.id === id);
    if (!found) throw new Error(`No flow ${id} in the seed.`);
    return found;
  };
  const runs = [...waitingRuns(flow), ...activeRuns(flow), ...endedRuns(flow)];
  for (const run of runs) if (run.startedAt) logs.set(run.id, seedLog(run));
  for (const run of runs) run.logLines = logs.get(run.id)?.length ?? 0;
  return { runs: runs.toSorted((one, other) => other.requestNumber - one.requestNumber), logs };
}

type FlowById = (id: string) => DesktopFlow;

function waitingRuns(flow: FlowById): Run[] {
  const bob = { connection: { id: 'con-kiosk', name: 'Kiosk of Bob', accountName: 'SERVER\\bob' } };
  return [
    baseRun(flow('flow-payroll'), 4815, {
      priority: 'high',
      because: reasons.slot,
      requestedAt: ago(9 * MINUTE),
      inputs: { Amounts: [1200, 980] },
    }),
    baseRun(flow('flow-refunds'), 4820, {
      ...bob,
      priority: 'high',
      because: reasons.session,
      requestedAt: ago(6 * MINUTE),
      startDeadlineAt: ago(-22 * MINUTE),
    }),
    baseRun(flow('flow-stock'), 4816, { because: reasons.busy, requestedAt: ago(8 * MINUTE) }),
    baseRun(flow('flow-invoices'), 4818, {
      because: reasons.behind,
      requestedAt: ago(7 * MINUTE),
      inputs: { Month: '2026-11', DryRun: false, LedgerPin: { sealed: 'x' } },
    }),
    baseRun(flow('flow-long'), 4819, { because: reasons.behind, requestedAt: ago(6.5 * MINUTE) }),
    baseRun(flow('flow-stock'), 4821, { because: reasons.behind, requestedAt: ago(2 * MINUTE) }),
  ];
}

function activeRuns(flow: FlowById): Run[] {
  const running = {
    state: 'running',
    display: 'Running',
    endedAt: null,
    signedOutAt: null,
    ranMs: null,
    screenshots: 0,
  } as const;
  return [
    baseRun(flow('flow-invoices'), 4811, {
      ...lived({ requestedAgoMs: 3 * MINUTE, waitedMs: 12 * SECOND, ranMs: 0 }),
      ...running,
      inputs: { Month: '2026-10', DryRun: false },
      lastActionAt: ago(2 * SECOND),
    }),
    baseRun(flow('flow-payroll'), 4822, {
      ...lived({ requestedAgoMs: 20 * SECOND, waitedMs: 15 * SECOND, ranMs: 0 }),
      ...running,
      connection: { id: 'con-month', name: 'Month end', accountName: 'SERVER\\payroll' },
      state: 'starting',
      phase: 'downloading',
      display: 'Starting (downloading)',
      startedAt: null,
      lastActionAt: null,
    }),
    baseRun(flow('flow-stock'), 4812, {
      ...lived({ requestedAgoMs: 12 * MINUTE, waitedMs: 2 * SECOND, ranMs: 0 }),
      ...running,
      mode: 'attended',
      connection: { id: 'con-desk', name: 'My desk', accountName: 'alice@corp.example' },
      cluster: { id: 'clu-office', name: 'Office desks' },
      gateway: { id: 'gw-5', name: 'desk-7' },
      lastActionAt: ago(14 * SECOND),
    }),
  ];
}

function endedRuns(flow: FlowById): Run[] {
  const failed = {
    state: 'failed',
    display: 'Failed',
    error: {
      code: 'FileNotFound',
      message: 'The file /srv/invoices/2026-11/nov.csv was not found.',
      details: 'The folder exists and holds 3 other files.',
      location: { subflow: 'Main', line: 9, actionIndex: 118 },
      actionName: 'Read text from file',
    },
  } as const;
  const special: Run[] = [
    baseRun(flow('flow-invoices'), 4810, {
      ...lived({ requestedAgoMs: 40 * MINUTE, waitedMs: 250 * SECOND, ranMs: 32 * SECOND }),
      ...failed,
      inputs: { Month: '2026-11', DryRun: false },
      screenshots: 2,
    }),
    baseRun(flow('flow-stock'), 4807, {
      ...lived({ requestedAgoMs: 44 * MINUTE, waitedMs: 400, ranMs: 61 * SECOND }),
      state: 'uncertain',
      display: 'Uncertain',
      gateway: { id: 'gw-3', name: 'kiosk-3' },
      signedOutAt: null,
      error: {
        code: 'OutcomeUncertain',
        message: 'The gateway was lost during the run and has not reported how it ended.',
      },
    }),
    baseRun(flow('flow-payroll'), 4806, {
      requestedAt: ago(5 * HOUR),
      endedAt: ago(2 * HOUR),
      waitedMs: 3 * HOUR,
      state: 'timedOut',
      display: 'Timed out',
      error: {
        code: 'NoCandidateMachine',
        message: `No gateway could take the run before its start deadline. Last answer of kiosk-2: ${SESSION_EXISTS_SINGLE}.`,
      },
    }),
    baseRun(flow('flow-refunds'), 4805, {
      ...lived({ requestedAgoMs: 6 * HOUR, waitedMs: 3 * SECOND, ranMs: 5 * SECOND }),
      state: 'cancelled',
      display: 'Cancelled',
    }),
    baseRun(flow('flow-payroll'), 4804, {
      ...lived({ requestedAgoMs: 6 * HOUR, waitedMs: 2 * SECOND, ranMs: SECOND }),
      // It failed at the sign-in: the flow never began.
      ...{ downloadingAt: null, startedAt: null, lastActionAt: null, ranMs: null, screenshots: 0 },
      state: 'failed',
      display: 'Failed',
      error: {
        code: 'cannot-create-session',
        message: 'cannot create new session',
        details: 'Check for open sessions and the limit of sessions on the machine.',
      },
    }),
  ];
  const usual = Array.from({ length: 60 }, (_run, index) =>
    baseRun(flow(['flow-invoices', 'flow-stock', 'flow-refunds'][index % 3] ?? 'flow-stock'), 4800 - index, {
      ...lived({
        requestedAgoMs: (7 + index) * HOUR,
        waitedMs: 300 + index * 700,
        ranMs: (20 + ((index * 13) % 50)) * SECOND,
      }),
      ...(index % 11 === 7
        ? failed
        : { state: 'succeeded' as const, display: 'Succeeded', outputs: { Count: 40 + index } }),
      submittedBy: index % 4 === 0 ? { id: 'acc-bob', name: 'Bob' } : { id: 'acc-alice', name: 'Alice' },
      inputs: index % 3 === 0 ? { Month: `2026-${String(10 - (index % 9)).padStart(2, '0')}` } : {},
    }),
  );
  return [...special, ...usual];
}

const actions = [
  'Set variable',
  'If',
  'Get files in folder',
  'Read text from file',
  'Increase variable',
  'Write text to file',
];
const LONG_LOG_LINES = 20_000;
const USUAL_LOG_LINES = 240;

function seedLog(run: Run): LogLine[] {
  const startedMs = Date.parse(run.startedAt ?? run.requestedAt);
  const length = run.requestNumber === 4812 ? LONG_LOG_LINES : run.requestNumber === 4810 ? 1_400 : USUAL_LOG_LINES;
  return Array.from({ length }, (_line, index) => logLine(run, index + 1, startedMs + index * 20));
}

export function logLine(run: Run, seq: number, atMs: number): LogLine {
  const failedAt = run.state === 'failed' && seq === 118;
  const warned = seq % 97 === 0;
  const action = failedAt ? 'Read text from file' : (actions[seq % actions.length] ?? '');
  return {
    seq,
    at: new Date(atMs).toISOString(),
    level: failedAt ? 'error' : warned ? 'warning' : 'info',
    subflow: seq % 5 === 0 ? 'WriteLine' : 'Main',
    line: failedAt ? (run.error?.location?.line ?? 1) : 4 + (seq % 14),
    actionIndex: seq,
    action: warned ? '' : action,
    durationMs: warned ? null : ((seq * 7) % 40) / 10,
    status: failedAt ? 'failed' : warned ? 'message' : 'succeeded',
    message: failedAt
      ? (run.error?.message ?? '')
      : warned
        ? `Empty file invoice-${seq}.csv`
        : `Count = ${seq}, File = /srv/invoices/2026-11/invoice-${seq}.csv`,
  };
}
