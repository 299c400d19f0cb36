import {
  AGEING_MINUTES_MAX,
  LANE_SLOTS_MAX,
  SHARE_AT_MOST_MAX,
  SHORT_MINUTES_MAX,
} from '@deskhand/domain/run-queue/fairness/fairness.ts';
import Type from 'typebox';
import { oneOf, orNull } from './route.ts';

const upTo = (maximum: number) => Type.Integer({ minimum: 1, maximum });

/** What an admin chose for the order of a cluster's run queue; null and an empty list where nothing is chosen. */
export const FairnessSettings = Type.Object({
  ageing: orNull(Type.Object({ afterMinutes: upTo(AGEING_MINUTES_MAX) })),
  share: orNull(Type.Object({ by: oneOf(['user', 'flow']), atMost: orNull(upTo(SHARE_AT_MOST_MAX)) })),
  lanes: Type.Array(
    Type.Union([
      Type.Object({ for: Type.Literal('high'), slots: upTo(LANE_SLOTS_MAX) }),
      Type.Object({ for: Type.Literal('short'), slots: upTo(LANE_SLOTS_MAX), underMinutes: upTo(SHORT_MINUTES_MAX) }),
    ]),
    { maxItems: 2 },
  ),
});
