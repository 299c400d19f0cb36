import type { Pool } from 'pg';
import type { AuditFact } from '../../ports/outcome.ts';
import { changing } from './audit.ts';
import { json } from './json.ts';
import type { Queryable } from './query.ts';

/** Plans commit against the cluster's row. Rows are locked in one order: gateway, cluster, runs. */
export async function bumpClusterOf(client: Queryable, gatewayId: string): Promise<void> {
  await client.query(
    'update gateway_cluster set queue_version = queue_version + 1 where id = (select cluster_id from gateway where id = $1)',
    [gatewayId],
  );
}

const details = {
  removed: 'The gateway was removed.',
  gone: 'An admin declared the machine gone.',
} as const;

/** A machine that will not come back, or a gateway that is to be one no more. */
export async function giveUpGateway(
  pool: Pool,
  id: string,
  audit: AuditFact,
  because: keyof typeof details,
): Promise<{ uncertain: number } | 'not-found'> {
  return await changing(
    pool,
    audit,
    async (client) => {
      const { rowCount } = await client.query(
        because === 'removed'
          ? 'update gateway set removed_at = now(), linked_to = null where id = $1 and removed_at is null'
          : 'select 1 from gateway where id = $1 and removed_at is null for update',
        [id],
      );
      if (rowCount !== 1) return 'not-found';
      await bumpClusterOf(client, id);
      return { uncertain: await loseRuns(client, id, audit.actor, because) };
    },
    (answer) => answer !== 'not-found',
  );
}

/**
 * Offers that were never taken go back to the queue, the rest becomes uncertain. Until the machine reports, an uncertain
 * run keeps its account, slot and add-on there, unless the gateway was removed: then nobody will ever report.
 */
const loseText = `
  with returned as (
    update run set state = 'queued', gateway_id = null, offered_at = null where gateway_id = $1 and state = 'offered'
    returning id, attempt
  ), lost as (
    update run set state = 'uncertain', phase = null, ended_at = clock_timestamp(), error = $2, holds_machine = $3
    where gateway_id = $1 and state in ('starting', 'running', 'cancelling') returning id, attempt
  ), settled as (
    update run set holds_machine = false
    where gateway_id = $1 and not $3 and holds_machine and state not in ('starting', 'running', 'cancelling') returning id
  ), freed as (
    update add_on_slot set run_id = null where run_id in (
      select id from returned union all select id from lost where not $3 union all select id from settled)
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, attempt, 'withdraw', $4, $5 from returned union all select id, attempt, 'lose', $4, $5 from lost
  ) select count(*)::int as lost from lost`;

async function loseRuns(
  client: Queryable,
  gatewayId: string,
  actor: string,
  because: keyof typeof details,
): Promise<number> {
  const detail = details[because];
  const message = `Contact was lost and the outcome of the run is not known. ${detail}`;
  const error = json({ code: 'OutcomeUncertain', message });
  const { rows } = await client.query<{ lost: number }>(loseText, [
    gatewayId,
    error,
    because === 'gone',
    detail,
    actor,
  ]);
  return rows[0]?.lost ?? 0;
}
