import type { Timers } from '@deskhand/protocol/timers.ts';

/** Something went wrong while a queue was planned; the next wake-up tries again. */
export type PlanningFault = (clusterId: string, error: unknown) => void;

/**
 * Wakes the planner of a cluster. Wake-ups that come while a plan is made become one further plan, so a thousand submits
 * cost a few plans and each of them is seen by a plan that began after it.
 */
export interface Wakeups {
  wake(clusterId: string): void;
  /** Wakes later: when a gateway's decline ends, for example. An earlier moment replaces a later one. */
  wakeIn(clusterId: string, delayMs: number): void;
  /** Resolves when nothing is being planned any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The planner as those see it who take what gateways report. */
export interface Planner extends Wakeups {
  /** A run that was in hand is over: its slot is free, which is worth a plan. */
  runEnded(clusterId: string, runId: string): void;
}

interface Later {
  readonly dueMs: number;
  readonly callOff: () => void;
}

export function createWakeups(
  timers: Timers,
  plan: (clusterId: string) => Promise<void>,
  onFault: PlanningFault,
): Wakeups {
  const planning = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const later = new Map<string, Later>();
  let isClosed = false;

  const run = async (clusterId: string): Promise<void> => {
    do {
      again.delete(clusterId);
      await plan(clusterId).catch((error: unknown) => onFault(clusterId, error));
    } while (again.has(clusterId) && !isClosed);
    planning.delete(clusterId);
  };
  const wake = (clusterId: string): void => {
    if (isClosed) return;
    if (planning.has(clusterId)) again.add(clusterId);
    else planning.set(clusterId, run(clusterId));
  };
  const wakeIn = (clusterId: string, delayMs: number): void => {
    const dueMs = timers.nowMs() + delayMs;
    const known = later.get(clusterId);
    if (isClosed || (known !== undefined && known.dueMs <= dueMs)) return;
    known?.callOff();
    const callOff = timers.after(delayMs, () => {
      later.delete(clusterId);
      wake(clusterId);
    });
    later.set(clusterId, { dueMs, callOff });
  };
  const idle = async (): Promise<void> => {
    while (planning.size > 0) await Promise.all(planning.values());
  };
  return {
    wake,
    wakeIn,
    idle,
    close: async () => {
      isClosed = true;
      for (const { callOff } of later.values()) callOff();
      await idle();
    },
  };
}
