import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';
import { type LaunchRecord, JournalFault } from '../ports/journal.ts';
import type { OpenedInputs } from '../ports/secrets.ts';
import type { SessionProcess } from '../ports/session-host.ts';
import { failedWith } from './endings.ts';
import { endingIfWanted } from './open-session.ts';
import { openRunnerChannel } from './runner-events.ts';
import { showNotification } from './show-notification.ts';
import { enterPhase } from './attempt-in-hand.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

export type Launch =
  | { readonly ok: true; readonly runner: SessionProcess }
  | { readonly ok: false; readonly ending: Ending };

/** Hands the flow to a runner inside the session. The journal knows where to find it before it exists. */
export async function launchRunner(core: Core, attempt: AttemptInHand, order: StartOrder): Promise<Launch> {
  enterPhase(core, attempt, 'downloading');
  await showNotification(core, attempt, 'downloading');
  const inputs = await openInputs(core, order);
  if (inputs === undefined) return { ok: false, ending: failedWith('sealed-value-unreadable') };
  const wanted = endingIfWanted(core, attempt);
  if (wanted) return { ok: false, ending: wanted };
  try {
    return { ok: true, runner: await startRunner(core, attempt, order, inputs) };
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

async function startRunner(core: Core, attempt: AttemptInHand, order: StartOrder, inputs: OpenedInputs) {
  const session = attempt.session;
  if (session === undefined) throw new Error('A runner needs a session.');
  const { path: socketPath, secret, secretHash } = core.channels.newPlace();
  const spool = core.spools.create();
  try {
    const launch: LaunchRecord = { socketPath, spoolPath: spool.path, secretHash };
    core.book.record({ type: 'launching', ...nameOf(order), launch });
    attempt.courier.openLog(spool.path);
    await openRunnerChannel(core, attempt, launch, session.account);
    const kit = core.kit();
    const runner = session.spawn({
      command: kit.node,
      args: [kit.runner],
      stdin: `${JSON.stringify(startLine(order, inputs, { socketPath, secret }))}\n`,
      extraFileDescriptors: [spool.descriptor],
    });
    core.book.note({ type: 'runner', ...nameOf(order), runner: { pid: runner.pid, startTime: runner.startTime } });
    return runner;
  } finally {
    spool.release();
  }
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
