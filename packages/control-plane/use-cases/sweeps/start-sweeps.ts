import type { Timers } from '@deskhand/protocol/timers.ts';
import type { TurnStore } from '../../ports/replicas.ts';
import type { RetentionStore } from '../../ports/sweeps.ts';
import { createByTheClock } from './by-the-clock.ts';
import { BEAT_INTERVAL_MS, createPresence, type PresencePorts } from '../replicas/presence.ts';
import { createDeadlineSweep, type DeadlineSweep, type SweepPorts } from './sweep-deadlines.ts';
import { createPredictionSweep, type PredictionSweepPorts } from './sweep-predictions.ts';
import { type PreflightSweepPorts, sweepPreflights } from './sweep-preflights.ts';
import { sweepSickness, type SicknessSweepPorts } from './sweep-sickness.ts';
import type { NegotiationPorts } from '../negotiation/look.ts';
import { sweepPeople } from './sweep-people.ts';
import { sweepRetention } from './sweep-retention.ts';

export const sweepIntervals = {
  beatMs: BEAT_INTERVAL_MS,
  deadlinesMs: 1_000,
  /** Wakes every queue that waits, for the case that a wake-up of another replica was lost. */
  wakeMs: 5_000,
  /** How soon a waiting run is predicted first, and how late it is told that one came to be at risk. */
  predictionsMs: 5_000,
  durationsMs: 30_000,
  /** How soon a round goes on in which somebody did not answer, and how late one that is due begins. */
  preflightsMs: 15_000,
  /** How soon a member that fails alone is set aside, and how late a canary that is due begins or is counted. */
  sicknessMs: 10_000,
  /** How soon people in the way are asked, and how late a promised moment is met. */
  peopleMs: 5_000,
  retentionMs: 300_000,
  /** How often a server looks whether retention is due: so soon it goes on where a server died. */
  retentionLookMs: 15_000,
} as const;
/** Work is due again a little earlier than its server looks, else every second look would come too early. */
const DUE_AFTER = 0.9;

export interface Sweeps extends Pick<DeadlineSweep, 'clockJumpMs' | 'confirmClock'> {
  stop(): Promise<void>;
}

/**
 * What runs by the clock. One server does what is due, whichever looks first, so the work of one that died goes on with the
 * next look of another.
 */
export function startSweeps(
  ports: SweepPorts &
    PredictionSweepPorts &
    PreflightSweepPorts &
    SicknessSweepPorts &
    NegotiationPorts &
    PresencePorts & {
      readonly timers: Timers;
      readonly turns: TurnStore;
      readonly retention: RetentionStore;
      readonly onFault: (error: unknown) => void;
    },
  intervals: Readonly<Record<keyof typeof sweepIntervals, number>> = sweepIntervals,
): Sweeps {
  const deadlines = createDeadlineSweep(ports);
  const predictions = createPredictionSweep(ports);
  const every = createByTheClock(ports.timers, ports.onFault);
  const isOurTurn = (work: string, intervalMs: number): Promise<boolean> =>
    ports.turns.takeTurn(work, intervalMs * DUE_AFTER);
  const stops = [
    every(intervals.beatMs, createPresence(ports).beat),
    every(intervals.deadlinesMs, () => deadlines.sweep(() => isOurTurn('deadlines', intervals.deadlinesMs))),
    every(intervals.wakeMs, async () => {
      if (!(await isOurTurn('wake', intervals.wakeMs))) return;
      for (const clusterId of await ports.queue.clustersWithWaitingRuns()) ports.wakeups.wake(clusterId);
    }),
    every(intervals.predictionsMs, async () => {
      if (await isOurTurn('predictions', intervals.predictionsMs)) await predictions.predict();
    }),
    every(intervals.durationsMs, async () => {
      if (await isOurTurn('durations', intervals.durationsMs)) await predictions.measure(2 * intervals.durationsMs);
    }),
    every(intervals.preflightsMs, async () => {
      if (await isOurTurn('preflights', intervals.preflightsMs)) await sweepPreflights(ports);
    }),
    every(intervals.sicknessMs, async () => {
      if (await isOurTurn('sickness', intervals.sicknessMs)) await sweepSickness(ports);
    }),
    every(intervals.peopleMs, async () => {
      if (await isOurTurn('people', intervals.peopleMs)) await sweepPeople(ports);
    }),
    every(intervals.retentionLookMs, async () => {
      if (await isOurTurn('retention', intervals.retentionMs)) await sweepRetention(ports.retention);
    }),
  ];
  return {
    clockJumpMs: deadlines.clockJumpMs,
    confirmClock: deadlines.confirmClock,
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
