import type { InSteps } from '@deskhand/domain/capacity-planner/play-load.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';

/** So long one plan may compute without anything else having its turn. */
export const SLICE_MAX_MS = 15;
/** A plan that has computed for so long is given up. */
export const COMPUTING_MAX_MS = 20_000;
/** Plans that wait for their turn; one is computed at a time, because a server has other things to do. */
export const COMPUTATIONS_WAITING_MAX = 4;
export const COMPUTATIONS_PER_MINUTE_MAX = 30;
const MINUTE_MS = 60_000;
const ACCOUNTS_REMEMBERED_MAX = 10_000;
const BUSY_RETRY_SECONDS = 5;

export interface ComputingPorts {
  readonly timers: Pick<Timers, 'nowMs'>;
  /** Lets everything go first that is due. */
  readonly turn: () => Promise<void>;
}

/** Computes what takes seconds beside everything else that a server does. */
export interface Computing {
  of<Answer>(accountId: string, steps: () => InSteps<Answer>): Promise<Outcome<Answer>>;
}

export function createComputing({ timers, turn }: ComputingPorts): Computing {
  const asked = new Map<string, readonly number[]>();
  let inLine = 0;
  let last: Promise<unknown> = Promise.resolve();

  const mayAsk = (accountId: string): boolean => {
    const recent = (asked.get(accountId) ?? []).filter((atMs) => timers.nowMs() - atMs < MINUTE_MS);
    asked.delete(accountId);
    if (asked.size >= ACCOUNTS_REMEMBERED_MAX) asked.clear();
    const isAllowed = recent.length < COMPUTATIONS_PER_MINUTE_MAX;
    asked.set(accountId, isAllowed ? [...recent, timers.nowMs()] : recent);
    return isAllowed;
  };
  const compute = async <Answer>(steps: InSteps<Answer>): Promise<Outcome<Answer>> => {
    for (let usedMs = 0; usedMs < COMPUTING_MAX_MS; ) {
      const beganMs = timers.nowMs();
      do {
        const step = steps.next();
        if (step.done === true) return done(step.value);
      } while (timers.nowMs() - beganMs < SLICE_MAX_MS);
      usedMs += timers.nowMs() - beganMs;
      await turn();
    }
    return refuse('plan-too-large', { detail: `it took more than ${String(COMPUTING_MAX_MS / 1000)} s to compute` });
  };
  return {
    of: async (accountId, steps) => {
      if (!mayAsk(accountId)) return refuse('rate-limited', { seconds: MINUTE_MS / 1000 });
      if (inLine > COMPUTATIONS_WAITING_MAX) return refuse('rate-limited', { seconds: BUSY_RETRY_SECONDS });
      inLine += 1;
      const before = last;
      const mine = (async () => {
        await before.catch(() => undefined);
        return await compute(steps());
      })();
      last = mine;
      try {
        return await mine;
      } finally {
        inLine -= 1;
      }
    },
  };
}
