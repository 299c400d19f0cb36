import Type, { type Static } from 'typebox';
import { FairnessSettings } from './fairness.ts';
import { id, idParams, name, oneOf, orNull, route, time } from './route.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const lengthMs = (maximum: number) => Type.Integer({ minimum: 1, maximum });
const accountName = Type.String({ minLength: 1, maxLength: 256 });

export const LoadDescription = Type.Object({
  perHour: Type.Number({ exclusiveMinimum: 0, maximum: 10_000 }),
  /** Half of the runs take longer. */
  durationMs: lengthMs(DAY_MS),
  startDeadlineMs: lengthMs(30 * DAY_MS),
  /** Hours of the day between which runs come. */
  fromHour: Type.Optional(Type.Number({ minimum: 0, maximum: 24 })),
  toHour: Type.Optional(Type.Number({ minimum: 0, maximum: 24 })),
  accounts: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  flows: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })),
});

/** A run of a load that is listed one by one; its moment counts from the beginning. */
export const ListedRun = Type.Object({
  atMs: Type.Integer({ minimum: 0, maximum: 31 * DAY_MS }),
  durationMs: lengthMs(DAY_MS),
  startDeadlineMs: lengthMs(30 * DAY_MS),
  account: accountName,
  flow: accountName,
  /** Whoever submits it; where it is left out, no share of a user counts it. */
  user: Type.Optional(accountName),
  priority: Type.Optional(oneOf(['high', 'normal'])),
});

export const PlanChanges = Type.Object({
  /** So many machines more, or with a number below zero fewer. */
  members: Type.Optional(Type.Integer({ minimum: -64, maximum: 64 })),
  /** Slots of each machine, as far as its policy bears them. */
  slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  /** Null is unlimited. */
  addOns: Type.Optional(orNull(Type.Integer({ minimum: 0, maximum: 100_000 }))),
  runOnAllGateways: Type.Optional(Type.Boolean()),
  /** The whole fairness of the run queue; with nothing in it the queue order alone decides. */
  fairness: Type.Optional(FairnessSettings),
  /** Each flow runs as an account of its own (S52). */
  accountPerFlow: Type.Optional(Type.Boolean()),
  /** Runs come later by up to so much, evenly (S50). */
  spreadMs: Type.Optional(Type.Integer({ minimum: 0, maximum: DAY_MS })),
  /** Runs of one flow, or of all, come at another time (S50). */
  shift: Type.Optional(
    Type.Object({ flow: orNull(accountName), byMs: Type.Integer({ minimum: -DAY_MS, maximum: DAY_MS }) }),
  ),
});
export type PlanChanges = Static<typeof PlanChanges>;

const Waits = Type.Object({ p50Ms: Type.Number(), p95Ms: Type.Number(), maxMs: Type.Number() });
const Counts = Type.Object({
  runs: Type.Integer(),
  started: Type.Integer(),
  missed: Type.Integer(),
  /** A run that missed its start deadline counts with all of it. */
  waits: Waits,
});

export const CapacityFigures = Type.Object({
  ...Counts.properties,
  cancelled: Type.Integer(),
  refused: Type.Integer(),
  missedBecause: Type.Array(Type.Object({ code: Type.String(), count: Type.Integer() })),
  /** Machines that take runs, and their slots together. */
  members: Type.Integer(),
  slots: Type.Integer(),
  slotsPeak: Type.Integer(),
  addOns: orNull(Type.Integer()),
  addOnsPeak: Type.Integer(),
  runOnAllGateways: Type.Boolean(),
  bucketMs: Type.Number(),
  buckets: Type.Array(
    Type.Object({
      /** Since 1970, or for a described load since the midnight before it. */
      fromMs: Type.Number(),
      arrived: Type.Integer(),
      missed: Type.Integer(),
      waitP95Ms: Type.Number(),
      slotsMean: Type.Number(),
      slotsPeak: Type.Integer(),
      addOnsPeak: Type.Integer(),
    }),
  ),
});
export type CapacityFigures = Static<typeof CapacityFigures>;

export const CapacityPlan = Type.Object({
  cluster: Type.Object({ id, name }),
  source: oneOf(['history', 'described', 'listed']),
  /** Of the history; null for a load that was given. */
  from: orNull(time),
  to: orNull(time),
  /** Less than seven days of history. */
  isShort: Type.Boolean(),
  /** What really happened to the same runs; null for a load that was given. */
  real: orNull(Counts),
  /** The load with the cluster as it is set up now. */
  before: CapacityFigures,
  /** With the changes; null where none were asked for. */
  after: orNull(CapacityFigures),
  /** What it takes so that no run misses its start deadline; null where nobody asked. */
  enough: orNull(
    Type.Object({
      isPossible: Type.Boolean(),
      furtherMembers: orNull(Type.Integer()),
      switchOn: Type.Boolean(),
      addOns: orNull(Type.Integer()),
      says: Type.Array(Type.String()),
    }),
  ),
  /** What the figures rest on. */
  notes: Type.Array(Type.String()),
});
export type CapacityPlan = Static<typeof CapacityPlan>;

export const strategies = ['spread-over-time', 'cluster', 'separate-connections'] as const;

export const Hindsight = Type.Object({
  /** Which of the three strategies would have helped a run that timed out; null where none would, or nobody knows. */
  strategy: orNull(oneOf(strategies)),
  /** The queue of that time was played again and showed what happened, so this is no guess. */
  isPlayed: Type.Boolean(),
  says: Type.Array(Type.String()),
});
export type Hindsight = Static<typeof Hindsight>;

export const capacityRoutes = {
  planCapacity: route('POST', '/gateway-clusters/{id}/plan-capacity', {
    permission: 'queue.order',
    summary: 'What other machines, slots, add-ons or times would do to the waits of a load; nothing is changed',
    params: idParams,
    body: Type.Object({
      /** The history between these; by default the last 14 days. */
      from: Type.Optional(time),
      to: Type.Optional(time),
      /** Another load than the history. */
      load: Type.Optional(LoadDescription),
      runs: Type.Optional(Type.Array(ListedRun, { minItems: 1, maxItems: 20_000 })),
      changes: Type.Optional(PlanChanges),
      enough: Type.Optional(Type.Boolean()),
    }),
    reply: CapacityPlan,
    status: 200,
  }),
  getHindsight: route('GET', '/runs/{id}/hindsight', {
    permission: 'run.read',
    summary: 'Which strategy would have let a run start that timed out while it waited',
    params: idParams,
    reply: Hindsight,
  }),
};
