/** So many refused tries within a window, counted under one name: an address, an e-mail, an account. */
export interface AttemptLimit {
  readonly name: string;
  readonly refusedMax: number;
  readonly windowMs: number;
}

export type Attempt =
  | { readonly ok: true; settle(succeeded: boolean): void }
  | { readonly ok: false; readonly retryAfterSeconds: number };

/** Slows down guessing: refused tries count against everything they are known by. */
export interface Attempts {
  /** Counts from here on, so that tries sent all at once do not all pass before the first is refused. */
  begin(limits: readonly AttemptLimit[]): Attempt;
}

/** Tries in hand under one name: an office behind one address may sign in together, a burst of guesses may not. */
const IN_HAND_MAX = 30;
const NAMES_MAX = 20_000;

interface Counted {
  readonly refusedAt: readonly number[];
  readonly inHand: number;
}
const nothing: Counted = { refusedAt: [], inHand: 0 };

export function createAttemptLimiter(now: () => number = Date.now): Attempts {
  const counts = new Map<string, Counted>();
  const read = ({ name, windowMs }: AttemptLimit): Counted => {
    const { refusedAt, inHand } = counts.get(name) ?? nothing;
    return { refusedAt: refusedAt.filter((at) => now() - at < windowMs), inHand };
  };
  const write = ({ name }: AttemptLimit, counted: Counted): void => {
    counts.delete(name);
    if (counted.inHand > 0 || counted.refusedAt.length > 0) counts.set(name, counted);
    // What was not touched for longest makes room, so that many names cannot fill the memory.
    if (counts.size > NAMES_MAX) counts.delete(counts.keys().next().value as string);
  };
  return {
    begin: (limits) => {
      const waits = limits.map((limit) => waitMs(limit, read(limit), now()));
      const longest = Math.max(0, ...waits);
      if (longest > 0) return { ok: false, retryAfterSeconds: Math.ceil(longest / 1000) };
      for (const limit of limits) {
        const { refusedAt, inHand } = read(limit);
        write(limit, { refusedAt, inHand: inHand + 1 });
      }
      return {
        ok: true,
        settle: (succeeded) => {
          for (const limit of limits) {
            const { refusedAt, inHand } = read(limit);
            // A success clears nothing: whoever has an account of their own could guess at others for ever.
            write(limit, {
              refusedAt: succeeded ? refusedAt : [...refusedAt, now()],
              inHand: Math.max(0, inHand - 1),
            });
          }
        },
      };
    },
  };
}

function waitMs({ refusedMax, windowMs }: AttemptLimit, { refusedAt, inHand }: Counted, nowMs: number): number {
  const oldest = refusedAt.at(-refusedMax);
  if (oldest !== undefined) return oldest + windowMs - nowMs;
  if (refusedAt.length > 0 && refusedAt.length + inHand >= refusedMax) return 1000;
  return inHand >= IN_HAND_MAX ? 1000 : 0;
}
