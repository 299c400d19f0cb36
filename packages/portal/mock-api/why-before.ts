import { orderKey } from '@deskhand/domain/run-queue/why-before.ts';
import { whyText } from '@deskhand/domain/run-queue/why-text.ts';
import type { WhyBefore } from '@deskhand/protocol/http/replay.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { membersOf } from './queue.ts';
import type { World } from './world.ts';

/** As the server answers when the order of the queue decided. */
export function whyBeforeOf(world: World, first: Run, other: Run): WhyBefore {
  const pair = { first: named(first), other: named(other) };
  const [a, b] = [nameOf(first), nameOf(other)];
  if (first.offeredAt === null)
    return { ...pair, outcome: 'not-offered', message: `${a} has not been offered to a gateway.`, decision: null };
  if (first.offeredAt < other.requestedAt) {
    const message = `${b} was submitted after ${a} had been offered to a gateway.`;
    return { ...pair, outcome: 'never-together', message, decision: null };
  }
  const places = { first: placeOf(first, 2), other: placeOf(other, null) };
  const by = orderKey(places.first, places.other);
  return {
    ...pair,
    outcome: 'replayed',
    message: whyText({ kind: 'stood-before', by, ...places, otherWaits: [] }, { first: a, other: b, gateway: String }),
    decision: {
      ...{ at: first.offeredAt, way: 'planned', queueVersion: 41, program: '0.1.0' },
      offeredTo: first.gateway ?? { id: '', name: '' },
      ...{ why: 'stood-before', by, firstPlace: places.first, otherPlace: places.other },
      otherWaits: membersOf(world, other),
      replay: { isSame: true, message: 'The plan was made again from the stored snapshot, and is the same.' },
    },
  };
}

const placeOf = ({ priority, requestNumber }: Run, topRank: number | null) => ({ topRank, priority, requestNumber });

const nameOf = ({ flow, requestNumber }: Run): string => `${flow.name} ${requestNumber}`;

const named = ({ id, requestNumber, flow }: Run): WhyBefore['first'] => ({
  ...{ id, requestNumber },
  flow: { id: flow.id, name: flow.name },
});
