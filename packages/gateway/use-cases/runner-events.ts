import { assertNever } from '@deskhand/domain/brand.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { LaunchRecord } from '../ports/journal.ts';
import type { ChannelEvent } from '../ports/runner-channels.ts';
import { atMost, showNotification } from './show-notification.ts';
import { enterPhase, recordOf } from './attempt-in-hand.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core } from './core.ts';

/** A screenshot that takes longer is not worth holding a flow up for. */
export const SCREENSHOT_WAIT_MS = 5_000;
/** A spool beyond its limit was not written by a runner of ours. */
export const SPOOL_BYTES_TOLERATED = limits.SPOOL_BYTES_MAX + 2 * limits.RUNNER_MESSAGE_BYTES_MAX;

export async function openRunnerChannel(
  core: Core,
  attempt: AttemptInHand,
  launch: LaunchRecord,
  account: { readonly uid: number; readonly gid: number },
  onHello: (pid: number) => void = () => undefined,
): Promise<void> {
  attempt.channel = await core.channels.open({
    path: launch.socketPath,
    secretHash: launch.secretHash,
    ...nameOf(attempt.facts),
    uid: account.uid,
    gid: account.gid,
    on: {
      hello: ({ pid }) => {
        attempt.channel?.send({ type: 'welcome', lastLogSeq: attempt.courier.ackedSeq() });
        // What was asked while nobody listened is asked again.
        const wanted = recordOf(core, attempt).endWanted;
        if (wanted !== null) attempt.channel?.send({ type: 'cancel', because: wanted });
        onHello(pid);
      },
      event: (event) => hear(core, attempt, event),
    },
  });
}

function hear(core: Core, attempt: AttemptInHand, event: ChannelEvent): void {
  attempt.lastActionAtMs = core.clock.nowMs();
  switch (event.type) {
    case 'started':
      enterRunning(core, attempt);
      return;
    case 'spooled':
      attempt.courier.pump();
      endWhenSpoolOverflows(core, attempt);
      return;
    case 'screenshotWanted':
      void takeScreenshot(core, attempt, event.caption);
      return;
    case 'result':
      attempt.onResult?.(event.result);
      return;
    default:
      assertNever(event);
  }
}

/** Said again by a runner that has come back; the first time counts. */
function enterRunning(core: Core, attempt: AttemptInHand): void {
  const { phase } = recordOf(core, attempt);
  if (phase === 'running' || phase === 'ending' || phase === 'ended') return;
  enterPhase(core, attempt, 'running');
  attempt.onRunning?.();
  void showNotification(core, attempt, 'running');
}

function endWhenSpoolOverflows(core: Core, attempt: AttemptInHand): void {
  const spoolPath = recordOf(core, attempt).launch?.spoolPath;
  if (spoolPath === undefined || core.spools.sizeBytes(spoolPath) <= SPOOL_BYTES_TOLERATED) return;
  core.log.warn({ ...nameOf(attempt.facts) }, 'a spool is larger than any runner makes it; the session is ended');
  void attempt.session?.signOut({ graceMs: 0 }).catch(() => undefined);
}

/** Each costs a process in the session, so a runner gets one at a time and no more than are kept. */
async function takeScreenshot(core: Core, attempt: AttemptInHand, caption: string): Promise<void> {
  const { pictures } = attempt;
  if (pictures.isTaking) return;
  pictures.isTaking = true;
  pictures.asked++;
  const of = nameOf(attempt.facts);
  const number = core.screenshots.list(of).length + 1;
  const tooLong = new AbortController();
  try {
    const isTooMany = Math.max(pictures.asked, number) > limits.SCREENSHOTS_PER_RUN_MAX;
    if (isTooMany || attempt.session === undefined) return;
    const png = await atMost(core.timers, SCREENSHOT_WAIT_MS, attempt.session.screenshot(tooLong.signal));
    if (png === undefined || png.length > limits.SCREENSHOT_BYTES_MAX) return;
    core.screenshots.save(of, { number, caption, png });
    attempt.courier.screenshotTaken();
  } catch (error) {
    core.log.info({ ...of, because: String(error) }, 'a screenshot could not be taken');
  } finally {
    tooLong.abort();
    pictures.isTaking = false;
    attempt.channel?.send({ type: 'screenshotTaken' });
  }
}
