import { sessionIdOf } from './attempt-record.ts';
import type { Core } from './core.ts';

/** A session whose sign-out failed until nobody tried any more keeps its slot and account no longer than about this. */
export const LEFTOVER_SWEEP_INTERVAL_MS = 60_000;

export interface LeftoverSweep {
  readonly start: () => void;
  readonly stop: () => void;
}

/** Every minute ends what of ours belongs to no attempt in hand: sign-outs that failed, and sweeps that did. */
export function createLeftoverSweep(
  core: Pick<Core, 'host' | 'book' | 'inHand' | 'machine' | 'timers' | 'log'>,
): LeftoverSweep {
  let callOff: (() => void) | undefined;
  let isStopped = false;

  const sweep = async (): Promise<void> => {
    const swept = await core.host.sweep(sessionsInUse(core));
    if (swept.length === 0) return;
    core.log.warn({ swept }, 'ended sessions that were left behind');
    await core.machine.refresh();
  };
  const sweepLater = (): void => {
    callOff = core.timers.after(LEFTOVER_SWEEP_INTERVAL_MS, () => {
      sweep()
        .catch((error: unknown) => core.log.error({ error: String(error) }, 'could not sweep sessions'))
        .finally(() => {
          if (!isStopped) sweepLater();
        });
    });
  };
  return {
    start: sweepLater,
    stop: () => {
      isStopped = true;
      callOff?.();
    },
  };
}

/** From the journal's word on, an attempt may be opening its session; until its end is noted, it may be using it. */
function sessionsInUse({ inHand, book }: Pick<Core, 'inHand' | 'book'>): ReadonlySet<string> {
  const live = [...inHand.values()].filter(({ facts }) => book.get(facts)?.phase !== 'ended');
  return new Set(live.map(({ facts }) => sessionIdOf(facts)));
}
