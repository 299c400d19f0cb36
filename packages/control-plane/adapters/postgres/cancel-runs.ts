import type { ClusterId, GatewayId, RunId } from '@deskhand/domain/brand.ts';
import type { RunState } from '@deskhand/domain/run/run.ts';
import type { Pool } from 'pg';
import type { AuditFact } from '../../ports/outcome.ts';
import type { CancelAnswer, CancelledRun } from '../../ports/runs.ts';
import { writeAudit } from './audit.ts';
import { inTransaction, type Queryable, rowsOf } from './query.ts';
import { statesBefore } from './run-states.ts';

/** Before a gateway has it, a run ends at once; one on a machine is asked to end there. */
const waiting = statesBefore('cancel', 'cancelled');
const onMachine = statesBefore('cancel', 'cancelling');

interface LockedRun {
  readonly id: RunId;
  readonly state: RunState;
  readonly attempt: number;
  readonly gateway_id: GatewayId | null;
  readonly cluster_id: ClusterId;
}

export async function cancelRun(pool: Pool, runId: string, actor: string, audit: AuditFact): Promise<CancelAnswer> {
  return await inTransaction(pool, async (client) => {
    const [run] = await cancelLocked(client, [runId], actor);
    if (run === undefined) return { did: 'not-found' };
    if (run.answer.did !== 'nothing') await writeAudit(client, audit);
    return run.answer;
  });
}

export async function cancelRuns(
  pool: Pool,
  runIds: readonly string[],
  actor: string,
  audit: AuditFact,
): Promise<readonly CancelledRun[]> {
  return await inTransaction(pool, async (client) => {
    const runs = await cancelLocked(client, runIds, actor);
    const count = (did: CancelAnswer['did']): number => runs.filter(({ answer }) => answer.did === did).length;
    const counts = { cancelled: count('cancelled'), cancelling: count('cancelling') };
    if (counts.cancelled + counts.cancelling > 0)
      await writeAudit(client, { ...audit, detail: { ...audit.detail, ...counts } });
    return runs;
  });
}

/** Locked in one order and then read, so that what is changed is what they are now, whoever else was at them. */
async function cancelLocked(
  client: Queryable,
  runIds: readonly string[],
  actor: string,
): Promise<readonly CancelledRun[]> {
  const runs = await rowsOf<LockedRun>(
    client,
    'select id, state, attempt, gateway_id, cluster_id from run where id = any($1) order by id for no key update',
    [runIds],
  );
  const changing = runs.filter(({ state }) => waiting.includes(state) || onMachine.includes(state));
  if (changing.length > 0) await client.query(cancelText, [changing.map(({ id }) => id), waiting, actor]);
  return runs.map((run) => ({ id: run.id, clusterId: run.cluster_id, answer: answerOf(run) }));
}

const cancelText = `
  with changed as (
    update run set state = case when state = any($2) then 'cancelled' else 'cancelling' end,
      ended_at = case when state = any($2) then clock_timestamp() else ended_at end, cancel_because = 'cancelled'
    where id = any($1) returning id, attempt, state
  ), freed as (
    update add_on_slot set run_id = null where run_id in (select id from changed where state = 'cancelled')
  )
  insert into run_event (run_id, attempt, event, detail, actor)
  select id, attempt, 'cancel', case state when 'cancelled' then 'Cancelled before it started' else 'Asked to end' end, $3::text
  from changed`;

function answerOf({ state, attempt, gateway_id: gatewayId }: LockedRun): CancelledRun['answer'] {
  if (waiting.includes(state))
    return { did: 'cancelled', attempt, withdrawnFrom: state === 'offered' ? gatewayId : null };
  if (!onMachine.includes(state)) return { did: 'nothing', state };
  return { did: 'cancelling', attempt, gatewayId: gatewayId as GatewayId };
}
