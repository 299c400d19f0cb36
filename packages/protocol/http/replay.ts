import Type, { type Static } from 'typebox';
import { id, idParams, name, oneOf, orNull, route, time } from './route.ts';
import { MemberAnswer, priorities } from './runs.ts';

const RunNamed = Type.Object({ id, requestNumber: Type.Integer(), flow: Type.Object({ id, name }) });

/** What the order looked at, as it was when the decision was made. */
const PlaceInOrder = Type.Object({
  topRank: orNull(Type.Integer()),
  priority: oneOf(priorities),
  requestNumber: Type.Integer(),
});

/** The stored decision that offered the first run, made again when asked. */
export const ReplayedDecision = Type.Object({
  at: time,
  /** `at-once`: for a run that met an empty queue, together with its submission. */
  way: oneOf(['planned', 'at-once']),
  queueVersion: Type.Integer(),
  /** The version of the program that decided. */
  program: Type.String(),
  offeredTo: Type.Object({ id, name }),
  why: oneOf([
    'stood-before',
    'could-not-start',
    'offered-together',
    'behind-its-account',
    'was-refused',
    'was-with-gateway',
    'did-not-wait',
  ]),
  /** What told the two apart where the order decided. */
  by: orNull(oneOf(['moved-to-top', 'priority', 'ageing', 'share', 'request-number'])),
  firstPlace: orNull(PlaceInOrder),
  otherPlace: orNull(PlaceInOrder),
  /** What each member answered to the other run at that moment. */
  otherWaits: Type.Array(MemberAnswer),
  /** Whether the plan that is made of the stored snapshot now is the one that was committed. */
  replay: Type.Object({ isSame: Type.Boolean(), message: Type.String() }),
});

export const WhyBefore = Type.Object({
  first: RunNamed,
  other: RunNamed,
  outcome: oneOf(['replayed', 'went-after', 'not-offered', 'never-together', 'other-queue', 'not-kept']),
  /** The answer in a sentence or two. */
  message: Type.String(),
  /** Set where the outcome is `replayed`. */
  decision: orNull(ReplayedDecision),
});
export type WhyBefore = Static<typeof WhyBefore>;

/** A kept decision whole, to replay it where there is no server. */
export const KeptDecision = Type.Object({
  /** The version of the program that decided. */
  program: Type.String(),
  /** The snapshot of the queue, the time, the seed and the outcome, as the planner has them. */
  decision: Type.Unknown(),
});
export type KeptDecision = Static<typeof KeptDecision>;

export const replayRoutes = {
  whyBefore: route('GET', '/runs/{id}/why-before/{other}', {
    permission: 'run.read',
    summary: 'Why a run was offered before another one of its queue, by a replay of the decision',
    params: Type.Object({ id, other: id }),
    reply: WhyBefore,
  }),
  getDecision: route('GET', '/runs/{id}/decision', {
    permission: 'run.read',
    summary: 'The kept decision that offered the run, whole: for those who see the runs of everybody',
    params: idParams,
    reply: KeptDecision,
  }),
};
