/** Between tries to reach a server that does not answer; the jitter keeps a thousand gateways from coming at once. */
export const RECONNECT_FIRST_MS = 500;
export const RECONNECT_MAX_MS = 15_000;
/** After a refusal that only a person can mend; often enough that mending it needs no restart here. */
export const REFUSED_RETRY_MS = 60_000;

/** Told to go on to another server: soon, and not all at the same moment. */
export const sentOnDelayMs = (random: number): number => Math.round(RECONNECT_FIRST_MS * random);

/** The wait before try number `tries` (from 1): it doubles, up to the limit, and is shortened by up to half. */
export function reconnectDelayMs(tries: number, random: number): number {
  const whole = Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** Math.min(tries, 10));
  return Math.max(RECONNECT_FIRST_MS, Math.round(whole * (0.5 + random / 2)));
}
