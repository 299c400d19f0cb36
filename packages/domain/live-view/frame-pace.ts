/** Two frames a second are enough to follow a flow, and no more are ever asked for. */
export const FRAME_INTERVAL_MIN_MS = 500;
export const FRAME_INTERVAL_MAX_MS = 10_000;
/** Of one screen, on average. */
export const FRAME_BYTES_PER_SECOND_MAX = 1_000_000;
/** A machine that takes long for a frame has little to spare: the run comes first. */
const PAUSE_PER_TIME_TAKEN = 3;

export interface TakenFrame {
  /** From the question for the frame to its arrival. */
  readonly tookMs: number;
  readonly bytes: number;
}

/** How long after a frame the next one is asked for. */
export function nextFrameAfterMs({ tookMs, bytes }: TakenFrame): number {
  const byBytes = (bytes / FRAME_BYTES_PER_SECOND_MAX) * 1_000;
  const wanted = Math.max(FRAME_INTERVAL_MIN_MS, tookMs * PAUSE_PER_TIME_TAKEN, byBytes);
  return Math.ceil(Math.min(wanted, FRAME_INTERVAL_MAX_MS));
}
