import type { NewCanary } from '../../ports/sick-members.ts';
import { type Queryable, rowsOf } from './query.ts';

/**
 * A canary is an unattended run of a script with nothing in it, in the name of the connection's owner. Its flow is one of the
 * owner's that was deleted from the start: nobody sees it among flows, submits it or submits its runs again.
 */
const text = `
  with chosen as (
    select c.id, c.cluster_id, c.machine_user, c.owner_id, 'canary-' || c.owner_id as flow_id
    from connection c join gateway g on g.cluster_id = c.cluster_id and g.id = $1
    where c.id = $2 and c.deleted_at is null and c.owner_id is not null for key share of c
  ), flow as (
    insert into desktop_flow (id, name, owner_id, deleted_at) select flow_id, $4, owner_id, now() from chosen
    on conflict (id) do nothing
  ), version as (
    insert into desktop_flow_version (flow_id, version, script, inputs, outputs, problems, saved_by)
    select flow_id, 1, $5, '[]', '[]', 0, owner_id from chosen
    on conflict (flow_id, version) do update set script = excluded.script
  ), added as (
    insert into run (id, flow_id, flow_version, connection_id, cluster_id, submitted_by, mode, priority, state, machine_user,
      when_session_blocked, inputs, start_deadline_at, execution_timeout_ms, canary_of)
    select $3, flow_id, 1, id, cluster_id, owner_id, 'unattended', 'normal', 'queued', machine_user, 'wait', '{}',
      now() + make_interval(secs => $6::float8 / 1000), $7, $1 from chosen
    returning id
  ), named as (
    update gateway set canary_run_id = $3 where id = $1 and exists (select 1 from added)
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select id, 0, 'submit', 'Submitted as a canary sign-in', 'Deskhand' from added
  )
  select id from added`;

/** False when the connection is gone. */
export async function beginCanary(client: Queryable, canary: NewCanary): Promise<boolean> {
  const { gatewayId, connectionId, runId, flowName, script, startDeadlineMs, executionTimeoutMs } = canary;
  const rows = await rowsOf(client, text, [
    gatewayId,
    connectionId,
    runId,
    flowName,
    script,
    startDeadlineMs,
    executionTimeoutMs,
  ]);
  return rows.length === 1;
}
