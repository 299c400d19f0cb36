import type { Fate } from './server.ts';

/** How often each kind of trouble comes, as shares of all statements. All zero is a database that always answers soon. */
export interface StoreTrouble {
  readonly latencyMs: number;
  /** Ten to a hundred times as long. */
  readonly slow: number;
  /** Works for seconds with its lock held, at times beyond the statement timeout. */
  readonly stalled: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly refused: number;
}

export const noTrouble: StoreTrouble = {
  latencyMs: 1,
  slow: 0,
  stalled: 0,
  lostBefore: 0,
  lostAfter: 0,
  refused: 0,
};

const STALL_MS_MAX = 30_000;

/** Draws what becomes of a statement; the same numbers drawn give the same fates. */
export function drawFate(trouble: StoreTrouble, random: () => number): Fate {
  const slowness = random() < trouble.slow ? 10 + 90 * random() : 1;
  const wayMs = trouble.latencyMs * slowness * (0.5 + random());
  return {
    toServerMs: wayMs / 2,
    workMs: random() < trouble.stalled ? STALL_MS_MAX * random() : 0,
    backMs: wayMs / 2,
    fault: drawFault(trouble, random()),
    outlivesProgram: random() < 0.5,
  };
}

function drawFault({ lostBefore, lostAfter, refused }: StoreTrouble, drawn: number): Fate['fault'] {
  if (drawn < lostBefore) return 'lost-before';
  if (drawn < lostBefore + lostAfter) return 'lost-after';
  return drawn < lostBefore + lostAfter + refused ? 'refused' : 'none';
}
