import type { Timers } from '@deskhand/protocol/timers.ts';
import type { RetentionStore } from '../../ports/sweeps.ts';
import { createDeadlineSweep, type DeadlineSweep, type SweepPorts } from './sweep-deadlines.ts';
import { sweepRetention } from './sweep-retention.ts';

const DEADLINE_INTERVAL_MS = 1_000;
/** Wakes every queue that waits, for the case that a wake-up of another replica was lost. */
const WAKE_INTERVAL_MS = 5_000;
const RETENTION_INTERVAL_MS = 300_000;

export interface Sweeps extends Pick<DeadlineSweep, 'clockJumpMs' | 'confirmClock'> {
  stop(): Promise<void>;
}

/** What runs by the clock. A sweep that fails says so and is tried again at its next turn. */
export function startSweeps(
  ports: SweepPorts & {
    readonly timers: Timers;
    readonly retention: RetentionStore;
    readonly onFault: (error: unknown) => void;
  },
): Sweeps {
  const deadlines = createDeadlineSweep(ports);
  const every = (intervalMs: number, work: () => Promise<unknown>): (() => Promise<unknown>) => {
    let current: Promise<unknown> | undefined;
    const stop = ports.timers.every(intervalMs, () => {
      current ??= work()
        .catch(ports.onFault)
        .finally(() => {
          current = undefined;
        });
    });
    return async () => {
      stop();
      await current;
    };
  };
  const stops = [
    every(DEADLINE_INTERVAL_MS, deadlines.sweep),
    every(WAKE_INTERVAL_MS, async () => {
      for (const clusterId of await ports.queue.clustersWithWaitingRuns()) ports.wakeups.wake(clusterId);
    }),
    every(RETENTION_INTERVAL_MS, () => sweepRetention(ports.retention)),
  ];
  return {
    clockJumpMs: deadlines.clockJumpMs,
    confirmClock: deadlines.confirmClock,
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
