import { sweepIntervals } from '@deskhand/control-plane/use-cases/sweeps/start-sweeps.ts';
import type { Random } from '../world/random.ts';

/** What a world consists of; drawn by its seed, and made smaller to tell a short story. */
export interface Shape {
  readonly servers: number;
  readonly gateways: number;
  readonly clusters: number;
  readonly users: number;
  readonly flows: number;
  /** Share of flows that do not end as flows should. */
  readonly flowTrouble: number;
  readonly submits: number;
  readonly delayMs: number;
  readonly drift: number;
  readonly databaseDrift: number;
  readonly sweepIntervals: Readonly<Record<keyof typeof sweepIntervals, number>>;
  /** While faults are on. */
  readonly safetyMs: number;
}

const HOUR_MS = 3_600_000;
const DRIFT_MAX = 0.05;

/** At their real pace sweeps are most of the cost of a seed, and they matter to few. */
const slowIntervals = { deadlinesMs: 5_000, wakeMs: 15_000, retentionMs: HOUR_MS, retentionLookMs: HOUR_MS };

export function drawShape(random: Random): Shape {
  const servers = random.pick([1, 1, 2, 2, 3]);
  const gateways = random.chance(0.04) ? 10 + random.below(41) : 1 + random.below(5);
  return {
    servers,
    gateways,
    clusters: 1 + random.below(Math.min(3, gateways)),
    users: 1 + random.below(5),
    flows: 3 + random.below(6),
    flowTrouble: random.pick([0, 0.1, 0.4]),
    submits: 50 + random.below(60),
    delayMs: random.pick([0.5, 2, 20]),
    drift: random.chance(0.3) ? DRIFT_MAX * random.next() : 0,
    databaseDrift: random.chance(0.2) ? DRIFT_MAX * (2 * random.next() - 1) : 0,
    sweepIntervals: random.chance(0.15)
      ? sweepIntervals
      : { ...slowIntervals, beatMs: servers === 1 ? slowIntervals.deadlinesMs : sweepIntervals.beatMs },
    safetyMs: HOUR_MS,
  };
}
