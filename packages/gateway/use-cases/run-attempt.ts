import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import { type AttemptFacts, JournalFault } from '../ports/journal.ts';
import { createCourier } from './courier.ts';
import { withDoctorReport } from './doctor.ts';
import { sessionCreationFailed } from './endings.ts';
import { finishAttempt } from './finish-attempt.ts';
import { userOf } from './judge-offer.ts';
import { type Launch, launchRunner } from './launch-runner.ts';
import { openSession } from './open-session.ts';
import { superviseRunner, watchedRunner } from './supervise-runner.ts';
import { recordOf } from './attempt-in-hand.ts';
import { keyOf, nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

/**
 * The server has committed our acquire. The journal takes the pair first, and only when it is on disk anything starts; a
 * pair that is in the journal already is never started again (DESIGN §7.2).
 */
export function startAcquired(core: Core, order: StartOrder): void {
  const asked = core.acquiring.delete(keyOf(order));
  if (core.book.get(order) !== undefined) return;
  if (!asked) {
    release(core, order, 'The gateway did not ask for this run, or has given it up meanwhile.');
    return;
  }
  const facts = factsOf(core, order);
  try {
    core.book.record({ type: 'started', facts, atMs: core.nowMs() });
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    release(core, order, `The gateway’s journal cannot be written: ${error.message}`);
    return;
  }
  core.log.info({ ...nameOf(order), mode: order.mode }, 'an attempt began');
  const attempt = takeInHand(core, facts);
  attempt.finished = live(core, attempt, async () => await runToEnd(core, attempt, order));
}

function release(core: Core, order: StartOrder, because: string): void {
  core.log.warn({ ...nameOf(order), because }, 'gave an acquired run back');
  core.link.send({ type: 'release', ...nameOf(order), because });
}

export function takeInHand(core: Core, facts: AttemptFacts): AttemptInHand {
  const key = keyOf(facts);
  const attempt: AttemptInHand = {
    facts,
    ending: new AbortController(),
    courier: createCourier(core, facts, () => core.inHand.delete(key)),
    session: undefined,
    channel: undefined,
    lastActionAtMs: undefined,
    pictures: { asked: 0, isTaking: false },
    watchers: new Map(),
    onResult: undefined,
    onRunning: undefined,
    finished: Promise.resolve(),
  };
  core.inHand.set(key, attempt);
  return attempt;
}

/** Whatever goes wrong on the way, the attempt comes to its sign-out and its result. */
export async function live(core: Core, attempt: AttemptInHand, run: () => Promise<Ending>): Promise<void> {
  let ending: Ending;
  try {
    ending = await withDoctorReport(core, attempt.facts, await run());
  } catch (error) {
    core.log.error({ ...nameOf(attempt.facts), error: String(error) }, 'an attempt met a fault of the gateway');
    // What the machine said means nothing to whoever submitted the run.
    const told = 'the gateway of the machine met a fault, which its log names. Try the run again.';
    ending = await withDoctorReport(core, attempt.facts, sessionCreationFailed(told));
  }
  try {
    await finishAttempt(core, attempt, ending);
  } catch (error) {
    core.log.error({ ...nameOf(attempt.facts), error: String(error) }, 'an attempt could not be finished');
  }
}

async function runToEnd(core: Core, attempt: AttemptInHand, order: StartOrder): Promise<Ending> {
  const launch = await openAndLaunch(core, attempt, order);
  if (!launch.ok) return launch.ending;
  return await superviseRunner(core, attempt, watchedRunner(launch.runner));
}

/** The spool comes first: a runner inherits it, and one is started while its session is still being opened. */
async function openAndLaunch(core: Core, attempt: AttemptInHand, order: StartOrder): Promise<Launch> {
  const spool = core.spools.create();
  try {
    const { node, runner } = core.kit();
    const program = { command: node, args: [runner], extraFileDescriptors: [spool.descriptor] };
    const refused = await openSession(core, attempt, order, program);
    if (refused) return { ok: false, ending: refused };
    return await launchRunner(core, attempt, order, { program, spoolPath: spool.path });
  } finally {
    spool.release();
    // What the journal does not name, nobody will look for.
    if (recordOf(core, attempt).launch === null) core.spools.remove(spool.path);
  }
}

function factsOf(core: Core, order: StartOrder): AttemptFacts {
  const { runId, attempt, flowName, mode, accountName, policy, executionTimeoutMs, notifications, requestedBy } = order;
  return {
    runId,
    attempt,
    flowName,
    mode,
    accountName,
    user: userOf(accountName) ?? accountName,
    policy,
    executionTimeoutMs,
    notifications,
    requestedBy,
    acquiredAtBootMs: core.clock.nowMs(),
    bootId: core.clock.bootId,
  };
}
