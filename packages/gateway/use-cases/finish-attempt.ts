import type { NotificationState } from '@deskhand/domain/session/notifications.ts';
import { RUNNER_CANCEL_GRACE_MS } from '@deskhand/protocol/runner.ts';
import { pause } from '@deskhand/protocol/timers.ts';
import type { HostedSession } from '../ports/session-host.ts';
import { showNotification } from './show-notification.ts';
import { enterPhase, recordOf } from './attempt-in-hand.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core, Ending } from './core.ts';

/** The last popup of a session nobody sees stays so long before sign-out, for live views and screenshots. */
export const NOTIFICATION_LINGER_MS = 1_500;
export const SIGN_OUT_TRIES_MAX = 5;
const SIGN_OUT_RETRY_MS = 2_000;

const notificationStates = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  timedOut: 'failed',
} as const satisfies Record<Ending['state'], NotificationState>;

/** Result on disk, popup, sign-out, then word to the server: in this order, whatever happened before (S13). */
export async function finishAttempt(core: Core, attempt: AttemptInHand, ending: Ending): Promise<void> {
  enterPhase(core, attempt, 'ending');
  const { phasesMs } = recordOf(core, attempt);
  core.book.note({ type: 'result', ...nameOf(attempt.facts), result: { ...ending, phasesMs } });
  attempt.channel?.send({ type: 'resultTaken' });
  await showNotification(core, attempt, notificationStates[ending.state], ending.error ?? undefined);
  if (attempt.session !== undefined) {
    const isUnseen = attempt.session.record.kind === 'signed-in';
    if (isUnseen && attempt.facts.notifications) await pause(core.timers, NOTIFICATION_LINGER_MS);
    await signOut(core, attempt, attempt.session);
  }
  await closeAttempt(core, attempt);
}

/** From here on only the delivery of what was found out remains. */
export async function closeAttempt(core: Core, attempt: AttemptInHand): Promise<void> {
  await attempt.channel?.close();
  attempt.channel = undefined;
  enterPhase(core, attempt, 'ended');
  core.log.info({ ...nameOf(attempt.facts), state: core.book.get(attempt.facts)?.result?.state }, 'an attempt ended');
  await core.machine.refresh().catch((error: unknown) => core.log.error({ error: String(error) }, 'no machine facts'));
  attempt.courier.pump();
}

/**
 * A session that cannot be ended keeps its slot and account, because the machine's list still shows it; the result is
 * told all the same after some tries. The sweep of leftovers goes on trying.
 */
async function signOut(core: Core, attempt: AttemptInHand, session: HostedSession): Promise<void> {
  for (let tries = 1; tries <= SIGN_OUT_TRIES_MAX; tries++) {
    try {
      await session.signOut({ graceMs: RUNNER_CANCEL_GRACE_MS });
      return;
    } catch (error) {
      core.log.error({ ...nameOf(attempt.facts), tries, error: String(error) }, 'sign-out failed');
      if (tries < SIGN_OUT_TRIES_MAX) await pause(core.timers, SIGN_OUT_RETRY_MS);
    }
  }
}
