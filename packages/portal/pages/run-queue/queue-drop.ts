import type { RunId } from '@deskhand/domain/brand.ts';
import { byQueueOrder } from '@deskhand/domain/run-queue/queue-order.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';

/** The parts of a run queue in their order: what was moved to the top, then each priority. */
export const queueSections = ['top', 'high', 'normal'] as const;
export type QueueSection = (typeof queueSections)[number];

type Placed = Pick<Run, 'id' | 'requestNumber' | 'priority' | 'movedToTop'>;

export const sectionOf = (run: Pick<Run, 'movedToTop' | 'priority'>): QueueSection =>
  run.movedToTop ? 'top' : run.priority;

/** Why the person may not use a verb on this run; null where they may. */
export interface SteerRights {
  readonly order: string | null;
  readonly priority: string | null;
}

/** What a drop asks for, or why it cannot be. A queue has no other places than its verbs give. */
export type Drop =
  | { readonly ok: true; readonly verb: 'moveToTop' | 'undoMove' }
  | { readonly ok: true; readonly verb: 'setPriority'; readonly priority: Run['priority'] }
  | { readonly ok: false; readonly because: string };

export const mayDrag = ({ order, priority }: SteerRights): boolean => order === null || priority === null;

export function dropOn(run: Placed, section: QueueSection, rights: SteerRights): Drop {
  if (section === 'top') return allowed({ ok: true, verb: 'moveToTop' }, rights.order);
  if (section === sectionOf(run))
    return { ok: false, because: 'Runs of one priority keep the order of their requests.' };
  if (!run.movedToTop) return allowed({ ok: true, verb: 'setPriority', priority: section }, rights.priority);
  if (section === run.priority) return allowed({ ok: true, verb: 'undoMove' }, rights.order);
  return { ok: false, because: 'It stands on top whatever its priority. Undo its move first.' };
}

const allowed = (drop: Drop, whyNot: string | null): Drop => (whyNot === null ? drop : { ok: false, because: whyNot });

/** The place that a run has after the drop, by the order that the server keeps. */
export function placeAfter(queue: readonly Placed[], run: Placed, drop: Extract<Drop, { ok: true }>): number {
  const topRankNow = queue.length + 1;
  const after = queue.map((item, index) => {
    const { requestNumber, priority } = item;
    const topRank = item.movedToTop ? queue.length - index : null;
    const placed = { id: item.id as RunId, requestNumber, priority, topRank };
    if (item.id !== run.id) return placed;
    switch (drop.verb) {
      case 'moveToTop':
        return { ...placed, topRank: topRankNow };
      case 'undoMove':
        return { ...placed, topRank: null };
      case 'setPriority':
        return { ...placed, priority: drop.priority };
    }
  });
  return after.toSorted(byQueueOrder).findIndex(({ id }) => id === run.id) + 1;
}
