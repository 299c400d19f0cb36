import type { PastRun } from '@deskhand/domain/capacity-planner/history.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';
import type { Pool } from 'pg';
import { HISTORY_TAIL_MS, type RunHistoryStore } from '../../ports/run-history.ts';
import { rowOf, rowsOf } from './query.ts';
import { inHandCondition, queueOrder } from './run-queue.ts';

export function openRunHistoryStore(pool: Pool): RunHistoryStore {
  return {
    past: ({ clusterId, fromMs, toMs, limit }) =>
      rowsOf<PastRun>(pool, pastText, [clusterId, fromMs, toMs, limit, HISTORY_TAIL_MS]),
    lastAnswers: async (runId) => {
      const row = await rowOf<{ answers: readonly MemberAnswer[] | null }>(
        pool,
        `select last_reasons as answers from run where id = $1`,
        [runId],
      );
      return row?.answers ?? [];
    },
  };
}

const ms = (moment: string): string => `(extract(epoch from ${moment}) * 1000)::float8`;
const at = (place: string): string => `to_timestamp(${place}::float8 / 1000)`;

/** Canaries are nobody's load. What ended is found by when it ended, whose index every cluster shares; what has not is little, and found by its state. */
const pastText = `
  with ended as (
    select * from run where cluster_id = $1 and ended_at >= ${at('$2')} and ended_at < ${at('($3::float8 + $5)')}
      and requested_at < ${at('$3')} and canary_of is null
    order by ended_at desc, request_number desc limit $4
  ), in_hand as (
    select * from run where gateway_id in (select id from gateway where cluster_id = $1) and ${inHandCondition}
      and ended_at is null and requested_at < ${at('$3')} and canary_of is null order by request_number limit $4
  ), waiting as (
    select * from run where cluster_id = $1 and state = 'queued' and requested_at < ${at('$3')} and canary_of is null order by ${queueOrder} limit $4
  )
  select id, flow_id as "flowId", submitted_by as "submittedById", machine_user as "machineUser", mode, priority, top_rank::float8 as "topRank", state,
    gateway_id as "gatewayId", ${ms('requested_at')} as "requestedAtMs", ${ms('start_deadline_at')} as "startDeadlineAtMs",
    ${ms('acquired_at')} as "acquiredAtMs", ${ms('ended_at')} as "endedAtMs", ${ms('signed_out_at')} as "signedOutAtMs"
  from (select * from ended union all select * from in_hand union all select * from waiting) r
  order by requested_at, request_number`;
