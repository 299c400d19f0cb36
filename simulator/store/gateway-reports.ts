import { eventsOfResult, type ResultState } from '@deskhand/domain/run/result-events.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import { isAcquired, transition } from '@deskhand/domain/run/transitions.ts';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { AttemptOf, AttemptResult, GatewayLinkStore } from '@deskhand/control-plane/ports/gateway-links.ts';
import type { SimulatedDatabase } from './database.ts';
import { currentAttempt } from './gateway-attempts.ts';
import type { RunRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { stored } from './stored-values.ts';

type ReportMethods = Pick<GatewayLinkStore, 'setPhase' | 'addLog' | 'addScreenshot' | 'end'>;

/** What an attempt tells of itself while it goes on, and its end. */
export function reportMethods(session: StoreSession): ReportMethods {
  const { database } = session.server;
  return {
    setPhase: (of, phase, sinceAcquireMs) =>
      session.run('set-phase', () => setPhase(database, of, phase, sinceAcquireMs)),
    addLog: (of, lines) => session.run('add-log', () => addLog(database, of, lines)),
    addScreenshot: async (of, screenshot) => {
      if (screenshot.number > limits.SCREENSHOTS_PER_RUN_MAX) return false;
      return await session.run('add-screenshot', () => addScreenshot(database, of, screenshot));
    },
    end: (of, result, reached = []) =>
      session.run('end-attempt', () => {
        for (const { phase, sinceAcquireMs } of reached) setPhase(database, of, phase, sinceAcquireMs);
        return end(database, of, result);
      }),
  };
}

const actorOf = (database: SimulatedDatabase, { gatewayId }: AttemptOf): string =>
  `gateway ${database.gateways.get(gatewayId)?.name ?? ''}`;

/** A gateway's durations count from the acquire, by its own clock; a moment never lies in the server's future. */
function momentMs(database: SimulatedDatabase, run: RunRow, sinceAcquireMs: number): number {
  const nowMs = database.nowMs();
  return run.acquiredAtMs === null ? nowMs : Math.min(nowMs, run.acquiredAtMs + sinceAcquireMs);
}

const eventOfPhase = { signingIn: 'sign-in', downloading: 'download', running: 'start' } as const;

function setPhase(
  database: SimulatedDatabase,
  of: AttemptOf,
  phase: keyof typeof eventOfPhase,
  sinceAcquireMs: number,
): boolean {
  const run = currentAttempt(database, of);
  if (run === undefined || run.startedAtMs !== null) return false;
  // A run that is being cancelled may still have begun.
  if (run.state !== 'starting' && !(phase === 'running' && run.state === 'cancelling')) return false;
  const atMs = momentMs(database, run, sinceAcquireMs);
  const begun = { state: run.state === 'cancelling' ? run.state : 'running', phase: null, startedAtMs: atMs } as const;
  const change = {
    signingIn: { phase: 'signingIn', signingInAtMs: atMs },
    downloading: { phase: 'downloading', downloadingAtMs: atMs },
    running: begun,
  } as const;
  database.runs.set({ ...run, ...change[phase] });
  const event = { event: eventOfPhase[phase], detail: '', actor: actorOf(database, of) };
  database.addEvent(run.id, { attempt: run.attempt, ...event });
  return true;
}

/** Known lines are passed over; a gap, or what is above the cap of a run, is counted as lost. */
function addLog(database: SimulatedDatabase, of: AttemptOf, lines: readonly LogLine[]): number | undefined {
  const run = currentAttempt(database, of);
  if (run === undefined) return undefined;
  const fresh = lines.filter((line) => line.seq > run.logSeq);
  const added = [...new Map(fresh.map((line) => [line.seq, line])).values()]
    .filter((line) => line.seq <= limits.LOG_LINES_PER_RUN_MAX)
    .sort((a, b) => a.seq - b.seq);
  const logSeq = fresh.reduce((highest, line) => Math.max(highest, line.seq), run.logSeq);
  const logLinesLost = run.logLinesLost + Math.max(0, logSeq - run.logSeq - added.length);
  database.runs.set({ ...run, logSeq, logLinesLost, lastActionAtMs: database.nowMs() });
  if (added.length > 0) {
    const parts = database.partsOf(run.id);
    const pieces = [...(parts.log.get(run.attempt) ?? []), stored(added)];
    database.parts.set(run.id, { ...parts, log: new Map(parts.log).set(run.attempt, pieces) });
  }
  return logSeq;
}

function addScreenshot(
  database: SimulatedDatabase,
  of: AttemptOf,
  { number, caption, png }: Parameters<GatewayLinkStore['addScreenshot']>[1],
): boolean {
  const run = currentAttempt(database, of);
  const parts = database.partsOf(of.runId);
  if (run === undefined || parts.screenshots.some((one) => one.number === number)) return false;
  const shot = { number, caption, png, attempt: run.attempt, atMs: database.nowMs() };
  database.parts.set(run.id, { ...parts, screenshots: [...parts.screenshots, shot] });
  return true;
}

const endEvents = { succeeded: 'succeed', failed: 'fail', cancelled: 'confirmCancel', timedOut: 'expire' } as const;
const SAID_CHARACTERS_MAX = 2_000;

/** Written once: a repeated result finds the run ended, and one of an uncertain run is kept beside it as a late report. */
function end(
  database: SimulatedDatabase,
  of: AttemptOf,
  result: AttemptResult,
): 'ended' | 'late' | 'known' | 'foreign' {
  const run = currentAttempt(database, of);
  if (run === undefined) return 'foreign';
  const { error } = result;
  const said = error === null ? '' : `${error.code}: ${error.message}`.slice(0, SAID_CHARACTERS_MAX);
  if (run.state === 'uncertain') {
    keepLateReport(database, of, run, storable(`The gateway reported later that it ${result.state}. ${said}`.trim()));
    return 'late';
  }
  if (!isAcquired(run.state) || !leadsTo(run.state, result.state)) return 'known';
  const { running, ending, ended } = result.phasesMs;
  const moment = (sinceMs: number | undefined): number =>
    sinceMs === undefined ? database.nowMs() : momentMs(database, run, sinceMs);
  database.runs.set({
    ...run,
    state: result.state,
    phase: null,
    outputs: stored(result.outputs),
    error: stored(error),
    endedAtMs: moment(ending),
    startedAtMs: run.startedAtMs ?? (running === undefined ? null : momentMs(database, run, running)),
    signedOutAtMs: run.mode === 'unattended' ? moment(ended) : null,
    logLinesUnnumbered: result.logLinesLost,
  });
  database.freeSlotOf(run.id);
  const event = { event: endEvents[result.state], detail: storable(said), actor: actorOf(database, of) };
  database.addEvent(run.id, { attempt: run.attempt, ...event });
  return 'ended';
}

const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** What a result implies of the way there may not have been heard of. */
function leadsTo(from: RunState, end: ResultState): boolean {
  let state = from;
  for (const event of eventsOfResult(from, end)) {
    const next = transition(state, event);
    if (!next.ok) return false;
    state = next.state;
  }
  return state === end;
}

function keepLateReport(database: SimulatedDatabase, of: AttemptOf, run: RunRow, detail: string): void {
  database.runs.set({ ...run, holdsMachine: false });
  database.freeSlotOf(run.id);
  const { events } = database.partsOf(run.id);
  if (events.some((one) => one.event === 'late-report' && one.attempt === run.attempt)) return;
  database.addEvent(run.id, { attempt: run.attempt, event: 'late-report', detail, actor: actorOf(database, of) });
}
