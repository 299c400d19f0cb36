import type { RunId } from '@deskhand/domain/brand.ts';
import { moveToTop } from '@deskhand/domain/run-queue/move-to-top.ts';
import type { Pool } from 'pg';
import type { AuditFact } from '../../ports/outcome.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import { named } from './named.ts';
import { retried } from './query.ts';
import { createTurns } from './turns.ts';

/**
 * Changes of the order that one server has in the database at once: one works, and one waits for the row of its cluster.
 * Further ones wait in the server. With the pool's connections in their hands, they would keep the planner out, and a free
 * slot would wait for all of them.
 */
const ORDER_CHANGES_AT_ONCE = 2;

type OrderChanges = Pick<RunQueueStore, 'moveToTop' | 'undoMove' | 'setPriority'>;

/**
 * People's changes of a queue's order. Each is one statement that takes the cluster's row first, as every plan does: whoever
 * orders and whoever plans take turns, and nobody holds the row while a client is asked for the next statement.
 */
export function openOrderChanges(pool: Pool): OrderChanges {
  const inTurn = createTurns(ORDER_CHANGES_AT_ONCE);
  const changed = (name: string, text: string, values: readonly unknown[]) =>
    inTurn(() => retried(() => named<{ id: RunId }>(pool, name, text, values)));
  return {
    moveToTop: async (clusterId, ids, actor, audit) => {
      // Ranks below those that the counter has when the statement comes to its row.
      const { counter, ranks } = moveToTop(ids, 0);
      const moves = [ranks.map((rank) => rank.id), ranks.map((rank) => counter - rank.topRank)];
      const rows = await changed('move-to-top', moveText, [clusterId, counter, ...moves, actor, ...valuesOf(audit)]);
      return rows.map(({ id }) => id);
    },
    undoMove: async (clusterId, ids, actor, audit) => {
      const rows = await changed('undo-move', undoText, [clusterId, ids, actor, ...valuesOf(audit)]);
      return rows.map(({ id }) => id);
    },
    setPriority: async (runId, priority, actor, audit) =>
      (await changed('set-priority', priorityText, [runId, priority, actor, ...valuesOf(audit)])).length > 0,
  };
}

const valuesOf = (audit: AuditFact): readonly string[] => [
  audit.actor,
  audit.verb,
  audit.object,
  JSON.stringify(audit.detail),
  audit.origin,
];

/** One row for the change as a whole, and only if there was one; `first` is the place of the first of its five values. */
const auditText = (first: number): string => `
  audit as (
    insert into audit_log (actor, verb, object, detail, origin)
    select $${first}::text, $${first + 1}::text, $${first + 2}::text, $${first + 3}::jsonb, $${first + 4}::text
    where exists (select 1 from changed)
  )
  select id from changed`;

const moveText = `
  with bumped as (
    update gateway_cluster set queue_version = queue_version + 1, top_counter = top_counter + $2::int
    where id = $1 returning id, top_counter
  ), changed as (
    update run r set top_rank = b.top_counter - m.below
    from bumped b, unnest($3::text[], $4::int[]) as m(id, below)
    where r.id = m.id and r.cluster_id = b.id and r.state = 'queued' returning r.id, r.attempt
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, attempt, 'move-to-top', 'Moved to the top', $5::text from changed
  ), ${auditText(6)}`;

const undoText = `
  with bumped as (
    update gateway_cluster set queue_version = queue_version + 1 where id = $1 returning id
  ), changed as (
    update run r set top_rank = null from bumped b
    where r.id = any($2::text[]) and r.cluster_id = b.id and r.state = 'queued' and r.top_rank is not null
    returning r.id, r.attempt
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, attempt, 'undo-move', 'Given its old place back', $3::text from changed
  ), ${auditText(4)}`;

const priorityText = `
  with bumped as (
    update gateway_cluster set queue_version = queue_version + 1
    where id = (select cluster_id from run where id = $1) returning id
  ), changed as (
    update run r set priority = $2 from bumped b
    where r.id = $1 and r.cluster_id = b.id and r.state = 'queued' returning r.id, r.attempt
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, attempt, 'set-priority', 'Priority ' || $2::text, $3::text from changed
  ), ${auditText(4)}`;
