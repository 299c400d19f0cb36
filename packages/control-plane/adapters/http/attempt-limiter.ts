/** Slows down guessing at public routes: refused tries count against the address that made them. */
export interface Attempts {
  readonly retryAfterSeconds: number;
  allow(operation: string, address: string): boolean;
  note(operation: string, address: string, succeeded: boolean): void;
}

const REFUSED_TRIES_MAX = 10;
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

export function createAttemptLimiter(now: () => number = Date.now): Attempts {
  const refusedAt = new Map<string, number[]>();
  const recent = (key: string): number[] => (refusedAt.get(key) ?? []).filter((at) => now() - at < WINDOW_MS);
  return {
    retryAfterSeconds: WINDOW_MS / 1000,
    allow: (operation, address) => recent(`${operation} ${address}`).length < REFUSED_TRIES_MAX,
    note: (operation, address, succeeded) => {
      const key = `${operation} ${address}`;
      if (succeeded) refusedAt.delete(key);
      else refusedAt.set(key, [...recent(key), now()]);
      // The oldest address makes room, so that many addresses cannot fill the memory.
      if (refusedAt.size > ADDRESSES_MAX) refusedAt.delete(refusedAt.keys().next().value as string);
    },
  };
}
