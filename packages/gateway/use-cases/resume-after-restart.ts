import type { RunId } from '@deskhand/domain/brand.ts';
import { type JournalEntry as Mark, planAfterRestart, type RestartStep } from '@deskhand/domain/run/after-restart.ts';
import { RUNNER_CANCEL_GRACE_MS } from '@deskhand/protocol/runner.ts';
import { pause } from '@deskhand/protocol/timers.ts';
import type { AttemptFacts, AttemptRecord, RunnerRecord } from '../ports/journal.ts';
import type { HostedSession, SessionRecord } from '../ports/session-host.ts';
import { withDoctorReport } from './doctor.ts';
import { endingOfResult, runnerLost } from './endings.ts';
import { closeAttempt } from './finish-attempt.ts';
import { live, takeInHand } from './run-attempt.ts';
import { openRunnerChannel } from './runner-events.ts';
import { listenForStop, showNotification } from './show-notification.ts';
import { superviseRunner, type WatchedRunner } from './supervise-runner.ts';
import { keyOf, nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

/** A runner started in the last instant before the gateway ended is known by its knock alone; it knocks often. */
export const RUNNER_KNOCK_WAIT_MS = 3_000;
const RUNNER_POLL_MS = 250;

/** One attempt of the time before: what the journal says, and what of it is still alive. */
interface Found {
  readonly record: AttemptRecord;
  readonly attempt: AttemptInHand;
  runner: RunnerRecord | null;
}

/**
 * After a restart: live runners are adopted with their sessions, finished ones reported from journal or spool, the rest
 * is lost, and every session of ours that serves none of them is ended. Nothing is started (DESIGN §7.3).
 */
export async function resumeAfterRestart(core: Core): Promise<void> {
  const found = core.book.unsettled().map((record): Found => {
    return { record, attempt: takeInHand(core, record.facts), runner: liveRunnerOf(core, record) };
  });
  await Promise.all(found.map(async (one) => await reopen(core, one)));
  const steps = planAfterRestart(
    found.map(markOf),
    found.filter((one) => one.runner !== null).map(idOf),
    spoolsOf(core, found),
  );
  const kept = await Promise.all(found.map(async (one) => await takeUp(core, one, stepsFor(steps, one))));
  await core.host.sweep(new Set(kept.filter((id) => id !== undefined)));
  await Promise.all(found.map(async (one) => await closeEnded(core, one)));
  dropLeftovers(core, found);
}

function liveRunnerOf(core: Core, { runner, facts }: AttemptRecord): RunnerRecord | null {
  if (runner === null || facts.bootId !== core.clock.bootId) return null;
  return core.processes.startTime(runner.pid) === runner.startTime ? runner : null;
}

/** Opens the log again and, where a runner could still speak, its channel. */
async function reopen(core: Core, one: Found): Promise<void> {
  const { record, attempt } = one;
  if (record.launch === null) return;
  attempt.courier.openLog(record.launch.spoolPath);
  if (record.result !== null || record.session === null) return;
  const isUnsure = record.runner === null && record.facts.bootId === core.clock.bootId;
  if (one.runner === null && !isUnsure) return;
  const session = await adoptSession(core, record.facts, record.session);
  attempt.session = session;
  if (session === undefined) return;
  const knock = Promise.withResolvers<number | undefined>();
  await openRunnerChannel(core, attempt, record.launch, session.account, knock.resolve);
  if (isUnsure) one.runner = await runnerThatKnocks(core, one, knock.promise);
}

/** One session that cannot be looked at must not keep the gateway from starting; it is swept like one that has gone. */
async function adoptSession(core: Core, of: AttemptFacts, session: SessionRecord): Promise<HostedSession | undefined> {
  try {
    return await core.host.adopt(session);
  } catch (error) {
    core.log.error({ ...nameOf(of), error: String(error) }, 'a session could not be adopted');
    return undefined;
  }
}

async function runnerThatKnocks(core: Core, { attempt }: Found, knock: Promise<number | undefined>) {
  const silence = pause(core.timers, RUNNER_KNOCK_WAIT_MS).then(() => undefined);
  const pid = await Promise.race([knock, silence]);
  const startTime = pid === undefined ? undefined : core.processes.startTime(pid);
  if (pid === undefined || startTime === undefined) return null;
  core.book.note({ type: 'runner', ...nameOf(attempt.facts), runner: { pid, startTime } });
  return { pid, startTime };
}

const idOf = ({ record }: Found) => ({ runId: record.facts.runId as RunId, attempt: record.facts.attempt });

function markOf(one: Found): Mark {
  return { ...idOf(one), mark: one.record.result === null ? 'started' : 'ended' };
}

function spoolsOf(core: Core, found: readonly Found[]) {
  return found.map((one) => {
    const { result, lastLine } = core.spools.tail(one.record.launch?.spoolPath ?? '');
    return { ...idOf(one), hasResult: result !== null, lastAction: lastLine?.action ?? null };
  });
}

function stepsFor(steps: readonly RestartStep[], one: Found): readonly RestartStep[] {
  return steps.filter((step) => keyOf(step) === keyOf(one.record.facts));
}

/** Answers the session that must stay. */
async function takeUp(core: Core, one: Found, steps: readonly RestartStep[]): Promise<string | undefined> {
  const { attempt, runner } = one;
  const isAdopted = steps.some((step) => step.do === 'adopt') && attempt.session !== undefined && runner !== null;
  core.log.info({ ...nameOf(attempt.facts), steps: steps.map((step) => step.do), isAdopted }, 'found an attempt again');
  if (isAdopted && attempt.session && runner) {
    adopt(core, attempt, attempt.session, runner);
    return attempt.session.record.sessionId;
  }
  // Attached sessions belong to their person, and no sweep ends what ran in them.
  if (runner !== null) await core.processes.end(runner, RUNNER_CANCEL_GRACE_MS);
  if (one.record.result === null) await noteEnding(core, one);
  return undefined;
}

function adopt(core: Core, attempt: AttemptInHand, session: HostedSession, runner: RunnerRecord): void {
  listenForStop(core, attempt);
  const record = core.book.get(attempt.facts);
  // The popup of the gateway before went with it, and its Stop button too.
  if (record?.phase === 'running') void showNotification(core, attempt, 'running');
  if (record?.endWanted) attempt.ending.abort();
  core.log.info({ ...nameOf(attempt.facts), session: session.record.sessionId }, 'adopted a runner');
  attempt.finished = live(core, attempt, async () => await superviseRunner(core, attempt, watchedByPid(core, runner)));
}

/** Not our child, so its end is seen by looking. */
function watchedByPid(core: Core, runner: RunnerRecord): WatchedRunner {
  const exited = (async () => {
    while (core.processes.startTime(runner.pid) === runner.startTime) await pause(core.timers, RUNNER_POLL_MS);
    return 'it ended.';
  })();
  return { exited };
}

async function noteEnding(core: Core, { record }: Found): Promise<void> {
  const { result, lastLine } = core.spools.tail(record.launch?.spoolPath ?? '');
  const ending: Ending =
    result === null ? runnerLost(lastLine) : endingOfResult(result, record.endWanted, record.facts);
  const told = await withDoctorReport(core, record.facts, ending);
  core.book.note({ type: 'result', ...nameOf(record.facts), result: { ...told, phasesMs: record.phasesMs } });
}

/** Their sessions are swept by now. */
async function closeEnded(core: Core, { attempt }: Found): Promise<void> {
  const record = core.book.get(attempt.facts);
  if (record?.result == null) return;
  if (record.phase === 'ended') attempt.courier.pump();
  else await closeAttempt(core, attempt);
}

function dropLeftovers(core: Core, found: readonly Found[]): void {
  const spools = found.flatMap(({ record }) => (record.launch === null ? [] : [record.launch.spoolPath]));
  core.spools.removeAllBut(new Set(spools));
  core.screenshots.removeAllBut(found.map(({ record }) => nameOf(record.facts)));
}
