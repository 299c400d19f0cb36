import Type, { type Static } from 'typebox';
import { limits } from '../limits.ts';
import { count, id, oneOf, orNull, route } from './route.ts';
import { RunFilterQuery, runFilter } from './runs.ts';

/**
 * The runs that a request is about: those it names, or those that a filter finds. A filter goes with `upTo`, the newest request
 * number when somebody was told how many there are: a run that was requested later is not meant, nor one that the request
 * itself submits.
 */
const selection = {
  runs: Type.Optional(Type.Array(id, { minItems: 1, maxItems: limits.RUNS_NAMED_MAX })),
  filter: Type.Optional(RunFilterQuery),
  upTo: Type.Optional(count(0)),
  /** Goes on after this request number: `next` of the answer before. */
  after: Type.Optional(count(0)),
};
const RunSelection = Type.Object(selection);
export type RunSelection = Static<typeof RunSelection>;

/** Runs that were left as they are, by the code of the refusal that each alone would have got. */
const refused = Type.Array(
  Type.Object({
    code: Type.String(),
    message: Type.String(),
    count: Type.Integer(),
    /** The first few. */
    runs: Type.Array(Type.String()),
  }),
);
const next = orNull(Type.Integer({ description: 'Ask again with this as `after`; null when all were come to' }));

export const CancelledRuns = Type.Object({
  /** Ended before they started. */
  cancelled: Type.Integer(),
  /** Asked to end on their machines. */
  cancelling: Type.Integer(),
  refused,
  next,
});
export type CancelledRuns = Static<typeof CancelledRuns>;

export const ResubmittedRuns = Type.Object({
  resubmitted: Type.Array(Type.Object({ resubmitOf: id, run: id })),
  refused,
  next,
});
export type ResubmittedRuns = Static<typeof ResubmittedRuns>;
export type RefusedRuns = CancelledRuns['refused'];

export const manyRunsRoutes = {
  countRuns: route('GET', '/runs/count', {
    permission: 'run.read',
    summary: 'How many runs a filter finds, and up to which request number',
    query: Type.Object({
      ...runFilter,
      can: Type.Optional(oneOf(['cancel', 'resubmit'])),
    }),
    reply: Type.Object({ count: Type.Integer(), upTo: Type.Integer() }),
  }),
  cancelRuns: route('POST', '/runs/cancel', {
    permission: 'run.submit',
    summary: 'Cancel many runs: named, or found by a filter',
    body: RunSelection,
    reply: CancelledRuns,
    status: 202,
  }),
  resubmitRuns: route('POST', '/runs/resubmit', {
    permission: 'run.submit',
    summary: 'Submit many finished runs again: named, or found by a filter',
    body: Type.Object({
      ...selection,
      version: Type.Optional(oneOf(['current', 'original'])),
      /** Needed for uncertain runs whose gateway has not reported yet. */
      acceptUncertain: Type.Optional(Type.Boolean()),
    }),
    reply: ResubmittedRuns,
    status: 200,
    idempotent: true,
  }),
};
