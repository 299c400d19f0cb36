import { sweepIntervals } from '@deskhand/control-plane/use-cases/sweeps/start-sweeps.ts';
import { FACTS_POLL_INTERVAL_MS } from '@deskhand/gateway/use-cases/machine-watch.ts';
import type { DeathLimits } from '@deskhand/control-plane/ports/replicas.ts';
import { deathLimits } from '@deskhand/control-plane/use-cases/replicas/presence.ts';
import { liveLinkPace, type LiveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import { type LinkPace, linkPace } from '@deskhand/protocol/link/messages.ts';
import type { Random } from '../world/random.ts';

/** What a world consists of; drawn by its seed, and made smaller to tell a short story. */
export interface Shape {
  readonly servers: number;
  readonly gateways: number;
  /** Sessions that each machine has room for; drawn for each when it is not given. */
  readonly slots?: number;
  readonly clusters: number;
  readonly users: number;
  readonly flows: number;
  /** Share of flows that do not end as flows should. */
  readonly flowTrouble: number;
  readonly submits: number;
  /** Share of runs that are given too little time. */
  readonly haste: number;
  /** Share of clusters whose queue begins with fairness. */
  readonly fairness: number;
  readonly delayMs: number;
  readonly drift: number;
  readonly databaseDrift: number;
  readonly sweepIntervals: Readonly<Record<keyof typeof sweepIntervals, number>>;
  readonly factsPollMs: number;
  readonly linkPace: LinkPace;
  readonly deathLimits: DeathLimits;
  /** People with a page open. */
  readonly browsers: number;
  readonly livePace: LiveLinkPace;
  /** People hold sessions for long, and clusters ask them to sign out. */
  readonly asksPeople: boolean;
  /** While faults are on. */
  readonly safetyMs: number;
}

const HOUR_MS = 3_600_000;
const DRIFT_MAX = 0.05;

/** At their real pace sweeps are most of the cost of a seed, and they matter to few. */
const slowIntervals = {
  deadlinesMs: 20_000,
  wakeMs: 30_000,
  predictionsMs: HOUR_MS,
  durationsMs: HOUR_MS,
  preflightsMs: HOUR_MS / 6,
  sicknessMs: 60_000,
  peopleMs: HOUR_MS,
  retentionMs: HOUR_MS,
  retentionLookMs: HOUR_MS,
};
/** Fifteen times slower than the real one, with the patience of the others. */
const slowPresence = { beatMs: 15_000, deathLimits: { goneAfterMs: 45_000, silentAfterMs: 100_000 } };
const SLOW_FACTS_POLL_MS = 20_000;
/** Hearts that beat while nothing else happens were half of all events. */
const slowLinkPace: LinkPace = { heartbeatIntervalMs: 20_000, silenceMaxMs: 60_000 };
const slowLivePace: LiveLinkPace = { ...liveLinkPace, beatIntervalMs: 25_000, silenceMaxMs: 60_000 };
/** Each open page costs a world a quarter more, so most worlds have none. */
const BROWSERS_SHARE = 0.1;
const BROWSERS = [1, 1, 2, 3] as const;
/** A world of many machines costs as much as ten of few, and few bugs need one. */
const MANY_GATEWAYS_SHARE = 0.01;
/** Each costs a world a quarter more, and most stories need one, two or three. */
const FEW_GATEWAYS = [1, 1, 2, 2, 3, 3, 4, 5] as const;
const REAL_PACE_SHARE = 0.05;
/** Looking for people to ask costs a world a tenth more. */
const ASKS_PEOPLE_SHARE = 0.3;
const ASKING_PACE_MS = 20_000;
const FAIRNESS_SHARE = 0.3;

export function drawShape(random: Random): Shape {
  const servers = random.pick([1, 1, 2, 2, 3]);
  const gateways = random.chance(MANY_GATEWAYS_SHARE) ? 10 + random.below(41) : random.pick(FEW_GATEWAYS);
  const shape = {
    servers,
    gateways,
    clusters: 1 + random.below(Math.min(3, gateways)),
    users: 1 + random.below(5),
    flows: 3 + random.below(6),
    flowTrouble: random.pick([0, 0.1, 0.4]),
    submits: 50 + random.below(40),
    delayMs: random.pick([0.5, 2, 20]),
    drift: random.chance(0.3) ? DRIFT_MAX * random.next() : 0,
    databaseDrift: random.chance(0.2) ? DRIFT_MAX * (2 * random.next() - 1) : 0,
    ...paceOf(random.chance(REAL_PACE_SHARE), servers),
    safetyMs: HOUR_MS,
    fairness: FAIRNESS_SHARE,
    haste: random.pick([0, 0, 0.3]),
    browsers: random.chance(BROWSERS_SHARE) ? random.pick(BROWSERS) : 0,
  };
  return { ...shape, asksPeople: random.chance(ASKS_PEOPLE_SHARE) };
}

/** Where nobody is asked, nobody looks whom to ask. */
export function sweepPaceOf({ asksPeople, sweepIntervals: drawn }: Shape): Shape['sweepIntervals'] {
  return { ...drawn, peopleMs: asksPeople ? Math.min(ASKING_PACE_MS, drawn.wakeMs) : HOUR_MS };
}

function paceOf(
  isReal: boolean,
  servers: number,
): Pick<Shape, 'sweepIntervals' | 'factsPollMs' | 'linkPace' | 'deathLimits' | 'livePace'> {
  if (isReal)
    return { sweepIntervals, factsPollMs: FACTS_POLL_INTERVAL_MS, linkPace, deathLimits, livePace: liveLinkPace };
  const { deathLimits: patience } = slowPresence;
  const beatMs = servers === 1 ? slowIntervals.deadlinesMs : slowPresence.beatMs;
  const rest = {
    factsPollMs: SLOW_FACTS_POLL_MS,
    linkPace: slowLinkPace,
    deathLimits: patience,
    livePace: slowLivePace,
  };
  return { sweepIntervals: { ...slowIntervals, beatMs }, ...rest };
}
