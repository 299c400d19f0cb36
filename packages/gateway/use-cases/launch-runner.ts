import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';
import { type LaunchRecord, JournalFault } from '../ports/journal.ts';
import type { OpenedInputs } from '../ports/secrets.ts';
import type { SessionProcess } from '../ports/session-host.ts';
import { failedWith } from './endings.ts';
import { endingIfWanted, type RunnerProgram } from './open-session.ts';
import { openRunnerChannel } from './runner-events.ts';
import { showNotification } from './show-notification.ts';
import { enterPhase } from './attempt-in-hand.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

export type Launch =
  | { readonly ok: true; readonly runner: SessionProcess }
  | { readonly ok: false; readonly ending: Ending };

/** The program of a runner with the spool that it inherits. */
export interface RunnerPlace {
  readonly program: RunnerProgram;
  readonly spoolPath: string;
}

/** Hands the flow to a runner inside the session. The journal knows where to find it before it knows of its run. */
export async function launchRunner(
  core: Core,
  attempt: AttemptInHand,
  order: StartOrder,
  place: RunnerPlace,
): Promise<Launch> {
  enterPhase(core, attempt, 'downloading');
  // Popups come one after the other whoever waits for them, and a run does not wait.
  void showNotification(core, attempt, 'downloading');
  const inputs = await openInputs(core, order);
  if (inputs === undefined) return { ok: false, ending: failedWith('sealed-value-unreadable') };
  const wanted = endingIfWanted(core, attempt);
  if (wanted) return { ok: false, ending: wanted };
  try {
    return { ok: true, runner: await startRunner(core, attempt, order, { ...place, inputs }) };
  } catch (error) {
    const detail = (error as Error).message;
    if (error instanceof JournalFault) return { ok: false, ending: failedWith('journal-not-writable', { detail }) };
    return { ok: false, ending: failedWith('runner-failed-to-start', { detail }) };
  }
}

async function openInputs(core: Core, order: StartOrder): Promise<OpenedInputs | undefined> {
  try {
    return await core.secrets.inputs(order);
  } catch (error) {
    core.log.warn({ ...nameOf(order), because: (error as Error).name }, 'a sealed input could not be opened');
    return undefined;
  }
}

async function startRunner(
  core: Core,
  attempt: AttemptInHand,
  order: StartOrder,
  { program, spoolPath, inputs }: RunnerPlace & { readonly inputs: OpenedInputs },
): Promise<SessionProcess> {
  const session = attempt.session;
  if (session === undefined) throw new Error('A runner needs a session.');
  const { path: socketPath, secret, secretHash } = core.channels.newPlace();
  const launch: LaunchRecord = { socketPath, spoolPath, secretHash };
  core.book.record({ type: 'launching', ...nameOf(order), launch });
  attempt.courier.openLog(spoolPath);
  await openRunnerChannel(core, attempt, launch, session.account);
  const stdin = `${JSON.stringify(startLine(order, inputs, { socketPath, secret }))}\n`;
  const runner = session.prepared?.start(stdin) ?? session.spawn({ ...program, stdin });
  core.book.note({ type: 'runner', ...nameOf(order), runner: { pid: runner.pid, startTime: runner.startTime } });
  return runner;
}

/** Descriptor 3 is the first after the three standard ones. */
const SPOOL_DESCRIPTOR = 3;

function startLine(
  order: StartOrder,
  inputs: OpenedInputs,
  channel: { readonly socketPath: string; readonly secret: string },
): RunnerStart {
  return {
    runId: order.runId,
    attempt: order.attempt,
    flowName: order.flowName,
    script: order.script,
    inputs: inputs.values,
    sensitive: inputs.sensitive,
    secrets: [],
    windowsPaths: {},
    culture: 'en-US',
    mode: order.mode,
    channel: { ...channel, spoolDescriptor: SPOOL_DESCRIPTOR },
    logLevel: 'all',
  };
}
