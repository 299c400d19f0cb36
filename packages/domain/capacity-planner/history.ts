import type { AccountId, GatewayId, RunId } from '../brand.ts';
import { PRIOR } from '../prediction/durations.ts';
import type { Priority, RunMode, RunState } from '../run/run.ts';
import { type Counts, countsOf, type Wait } from './figures.ts';
import { type ArrivingRun, type AttendedSpan, type Load, PLANNED_RUNS_MAX } from './load.ts';

const DAY_MS = 24 * 60 * 60_000;
/** What a shorter history shows may be any week. */
export const HISTORY_ENOUGH_MS = 7 * DAY_MS;

/** A run as it went, by the database's clock. */
export interface PastRun {
  readonly id: RunId;
  readonly flowId: string;
  readonly submittedById: AccountId;
  readonly machineUser: string;
  readonly mode: RunMode;
  readonly priority: Priority;
  readonly topRank: number | null;
  readonly state: RunState;
  readonly gatewayId: GatewayId | null;
  readonly requestedAtMs: number;
  readonly startDeadlineAtMs: number;
  readonly acquiredAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly signedOutAtMs: number | null;
}

export interface History {
  readonly load: Load;
  /** Of the runs of the load, in their order. */
  readonly runIds: readonly RunId[];
  /** What really became of the runs that are played, as far as it is over. */
  readonly real: Counts;
  /** Played with the middle duration of their flow, because they never ran, or run still. */
  readonly guessed: number;
  /** Ended by a rule before they asked for any slot, so they are not played. */
  readonly refused: number;
  /** Attended runs stand where they stood. */
  readonly attended: number;
  readonly isShort: boolean;
}

export interface HistorySpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/** Runs in the order of their requests, the newest PLANNED_RUNS_MAX of them. */
export function historyOf(past: readonly PastRun[], { fromMs, toMs, nowMs }: HistorySpan): History {
  const runs = past.slice(-PLANNED_RUNS_MAX).sort((a, b) => a.requestedAtMs - b.requestedAtMs);
  const refused = runs.filter(isRefused);
  const unattended = runs.filter((run) => run.mode === 'unattended' && !isRefused(run));
  const attended = runs.filter((run) => run.mode === 'attended' && run.acquiredAtMs !== null);
  const durationOf = durationsBy(unattended, nowMs);
  const beganMs = past.length > PLANNED_RUNS_MAX ? (runs[0]?.requestedAtMs ?? fromMs) : fromMs;
  return {
    load: {
      fromMs: beganMs,
      toMs,
      runs: unattended.map((run) => arrivingRun(run, durationOf(run))),
      attended: attended.flatMap((run) => spanOf(run, nowMs)),
    },
    runIds: unattended.map(({ id }) => id),
    real: countsOf(unattended.flatMap(waitOf)),
    guessed: unattended.filter((run) => heldMs(run) === null).length,
    refused: refused.length,
    attended: attended.length,
    isShort: toMs - Math.max(beganMs, runs[0]?.requestedAtMs ?? toMs) < HISTORY_ENOUGH_MS,
  };
}

/** It failed or was refused without ever being on a machine. */
const isRefused = ({ state, acquiredAtMs }: PastRun): boolean => state === 'failed' && acquiredAtMs === null;

function heldMs({ acquiredAtMs, endedAtMs, signedOutAtMs }: PastRun): number | null {
  if (acquiredAtMs === null || endedAtMs === null) return null;
  return Math.max(0, (signedOutAtMs ?? endedAtMs) - acquiredAtMs);
}

/** How long it held its slot; else the middle of its flow, else of all, else what is assumed of a flow nobody measured. */
function durationsBy(runs: readonly PastRun[], nowMs: number): (run: PastRun) => number {
  const known = runs.flatMap((run) => {
    const held = heldMs(run);
    return held === null ? [] : [{ flowId: run.flowId, held }];
  });
  const middles = new Map(
    [...Map.groupBy(known, ({ flowId }) => flowId)].map(([flowId, of]) => [
      flowId,
      middleOf(of.map((one) => one.held)),
    ]),
  );
  const ofAll = known.length === 0 ? PRIOR.medianMs : middleOf(known.map(({ held }) => held));
  return (run) => {
    const soFarMs = run.acquiredAtMs === null ? 0 : nowMs - run.acquiredAtMs;
    return heldMs(run) ?? Math.max(soFarMs, middles.get(run.flowId) ?? ofAll);
  };
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function arrivingRun(run: PastRun, durationMs: number): ArrivingRun {
  const { requestedAtMs, endedAtMs, acquiredAtMs, state } = run;
  const isWithdrawn = state === 'cancelled' && acquiredAtMs === null && endedAtMs !== null;
  return {
    atMs: requestedAtMs,
    user: run.machineUser,
    flow: run.flowId,
    submittedById: run.submittedById,
    priority: run.priority,
    topRank: run.topRank,
    startDeadlineMs: Math.max(0, run.startDeadlineAtMs - requestedAtMs),
    cancelledAfterMs: isWithdrawn ? Math.max(0, endedAtMs - requestedAtMs) : null,
    durationMs,
    isGuess: heldMs(run) === null,
  };
}

function spanOf(run: PastRun, nowMs: number): readonly AttendedSpan[] {
  const { gatewayId, machineUser: user, flowId: flow, submittedById, priority } = run;
  const { acquiredAtMs, endedAtMs, signedOutAtMs } = run;
  if (gatewayId === null || acquiredAtMs === null) return [];
  const toMs = signedOutAtMs ?? endedAtMs ?? nowMs;
  return [{ gatewayId, user, flow, submittedById, priority, fromMs: acquiredAtMs, toMs }];
}

/** Waits that are over; one that a person cancelled says nothing about the machines. */
function waitOf({ requestedAtMs, startDeadlineAtMs, acquiredAtMs, state }: PastRun): readonly Wait[] {
  if (acquiredAtMs !== null) return [{ waitedMs: Math.max(0, acquiredAtMs - requestedAtMs), isMissed: false }];
  return state === 'timedOut' ? [{ waitedMs: startDeadlineAtMs - requestedAtMs, isMissed: true }] : [];
}
