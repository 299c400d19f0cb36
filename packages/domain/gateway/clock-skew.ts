/** Below it lies what a message may take on its way; above it logs, tickets and certificates of the machine go wrong. */
export const CLOCK_SKEW_MAX_MS = 30_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How far a machine's clock is ahead of the server's; below zero it is behind. Null until it has told its time. */
export type ClockSkewMs = number | null;

export const isClockOff = (skewMs: ClockSkewMs): boolean => skewMs !== null && Math.abs(skewMs) > CLOCK_SKEW_MAX_MS;

/** One sentence with the fix; null while the clock is right. Nothing is decided by a machine's clock, so nothing is stopped. */
export function clockAdvice(skewMs: ClockSkewMs): string | null {
  if (skewMs === null || !isClockOff(skewMs)) return null;
  const side = skewMs > 0 ? 'ahead of' : 'behind';
  return `The clock of its machine is ${spanOf(Math.abs(skewMs))} ${side} the server’s: switch on time synchronisation there.`;
}

function spanOf(ms: number): string {
  if (ms < MINUTE_MS) return `${String(Math.round(ms / 1_000))} s`;
  if (ms < HOUR_MS) return `${String(Math.round(ms / MINUTE_MS))} min`;
  return ms < 2 * DAY_MS ? `${String(Math.round(ms / HOUR_MS))} h` : `${String(Math.round(ms / DAY_MS))} days`;
}
