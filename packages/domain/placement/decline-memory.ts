import type { DeclineMemory, WaitReason } from '../run-queue/snapshot.ts';
import { reason } from './reasons.ts';

export const DECLINE_BACKOFF_FIRST_MS = 1_000;
export const DECLINE_BACKOFF_MAX_MS = 60_000;

/** A remembered decline with the length of its pause, from which the next pause is made. */
export interface RememberedDecline extends DeclineMemory {
  readonly backoffMs: number;
}

/**
 * Keeps a gateway's decline as its answer for a while. The pause doubles while the machine's facts stay the same and
 * begins anew when they changed, because then it is another question.
 */
export function rememberDecline(
  previous: RememberedDecline | null,
  decline: Pick<DeclineMemory, 'classKey' | 'because' | 'factsVersion'>,
  nowMs: number,
): RememberedDecline {
  const again = previous !== null && previous.factsVersion === decline.factsVersion;
  const backoffMs = again ? Math.min(previous.backoffMs * 2, DECLINE_BACKOFF_MAX_MS) : DECLINE_BACKOFF_FIRST_MS;
  return { ...decline, backoffMs, untilMs: nowMs + backoffMs };
}

/**
 * A decline stands until the member reports other facts or its pause ends. One that would stand for longer than any pause
 * was written before the clock was set back, and stands no more.
 */
export function declineStands(
  decline: Pick<DeclineMemory, 'factsVersion' | 'untilMs'>,
  factsVersion: number,
  nowMs: number,
): boolean {
  const leftMs = decline.untilMs - nowMs;
  return decline.factsVersion === factsVersion && leftMs > 0 && leftMs <= DECLINE_BACKOFF_MAX_MS;
}

/** The earliest moment at which a standing decline ends, so that someone plans again then; null when there is none. */
export function nextDeclineEndMs(
  declines: readonly Pick<DeclineMemory, 'factsVersion' | 'untilMs'>[],
  factsVersion: number,
  nowMs: number,
): number | null {
  const standing = declines.filter((decline) => declineStands(decline, factsVersion, nowMs));
  return standing.length === 0 ? null : Math.min(...standing.map((decline) => decline.untilMs));
}

/** A decline that no rule foresees: the machine said no in its own words. */
export function declined(message: string): WaitReason {
  return reason('declined', message, 'The gateway is asked again after a pause, or as soon as its machine changes.');
}
