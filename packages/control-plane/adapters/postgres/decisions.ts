import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { RunId } from '@deskhand/domain/brand.ts';
import type { Pool } from 'pg';
import { settingsDefaults } from '../../ports/accounts.ts';
import {
  type DecisionBatch,
  type DecisionStore,
  WAIT_EVENT_PAUSE_MS,
  WAIT_EVENTS_PER_RUN_MAX,
  WAITS,
} from '../../ports/decisions.ts';
import { inTransaction, rowOf, rowsOf } from './query.ts';

/** Beside the way of a run, and in a thread of its own: a stronger one takes longer and saves little. */
const DEFLATE_LEVEL = 3;
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

interface DecisionRow extends Omit<DecisionBatch, 'body'> {
  readonly body: Buffer;
}

const days = `coalesce((settings->>'decisionRetentionDays')::int, ${String(settingsDefaults.decisionRetentionDays)})`;

export function openDecisionStore(pool: Pool): DecisionStore {
  return {
    keep: async ({ clusterId, firstAtMs, lastAtMs, decisions, program, body }) => {
      const packed = await deflate(Buffer.from(body), { level: DEFLATE_LEVEL });
      await pool.query(keepText, [clusterId, firstAtMs, lastAtMs, decisions, program, packed]);
    },
    around: async (clusterId, { fromMs, untilMs }, limit) => {
      const rows = await rowsOf<DecisionRow>(pool, aroundText, [clusterId, fromMs, untilMs, limit]);
      return await Promise.all(rows.map(unpacked));
    },
    noteWaits: async (notes) => {
      const ids = notes.map(({ runId }) => runId);
      const limits = [WAIT_EVENTS_PER_RUN_MAX, WAIT_EVENT_PAUSE_MS, WAITS];
      return await inTransaction(pool, async (client) => {
        await client.query(lockClustersText, [ids]);
        const details = notes.map(({ detail }) => detail);
        const rows = await rowsOf<{ id: RunId }>(client, noteWaitsText, [ids, details, ...limits]);
        return rows.map(({ id }) => id);
      });
    },
    retentionDays: async () =>
      (await rowOf<{ days: number }>(pool, `select ${days} as days from installation`))?.days ?? 0,
  };
}

async function unpacked({ body, ...row }: DecisionRow): Promise<DecisionBatch> {
  return { ...row, body: (await inflate(body)).toString() };
}

const keepText = `
  insert into planning_decisions (cluster_id, first_at, last_at, decisions, program, body)
  select k.id, to_timestamp($2::float8 / 1000), to_timestamp($3::float8 / 1000), $4::int, $5::text, $6::bytea
  from gateway_cluster k, installation where k.id = $1 and ${days} > 0 and not exists (
    select 1 from planning_decisions d where d.cluster_id = k.id and d.first_at = to_timestamp($2::float8 / 1000)
      and d.last_at = to_timestamp($3::float8 / 1000) and d.decisions = $4 and d.program = $5 and d.body = $6)`;

const aroundText = `
  select cluster_id as "clusterId", (extract(epoch from first_at) * 1000)::float8 as "firstAtMs",
    (extract(epoch from last_at) * 1000)::float8 as "lastAtMs", decisions, program, body
  from planning_decisions
  where cluster_id = $1 and last_at >= to_timestamp($2::float8 / 1000) and first_at <= to_timestamp($3::float8 / 1000)
  order by first_at desc, id desc limit $4`;

/**
 * As a plan's commit does first, and in a statement of its own: what follows sees what another server has just noted, and a
 * plan is never waited for by what it waits for. Runs are locked too: no note stands behind what ended the waiting.
 */
const lockClustersText = `
  select 1 from gateway_cluster where id in (select cluster_id from run where id = any($1)) order by id for no key update`;

const noteWaitsText = `
  with waiting as materialized (
    select r.id, r.attempt from run r where r.id = any($1) and r.state = 'queued' order by r.id for no key update
  ), told as (
    select w.id, w.attempt, t.detail, newest.id as newest_id, before.at as before_at,
      (select count(*) from run_event e where e.run_id = w.id and e.event = $5) as kept
    from waiting w join unnest($1::text[], $2::text[]) as t(run_id, detail) on t.run_id = w.id
      left join lateral (select e.id, e.attempt, e.detail from run_event e where e.run_id = w.id and e.event = $5
        order by e.id desc limit 1) newest on true
      left join lateral (select e.at from run_event e where e.run_id = w.id and e.event = $5
        order by e.id desc offset 1 limit 1) before on true
    where newest.id is null or newest.attempt <> w.attempt or newest.detail <> t.detail
  ), replaced as (
    delete from run_event e using told t where e.id = t.newest_id
      and (t.kept >= $3 or t.before_at > clock_timestamp() - make_interval(secs => $4::float8 / 1000))
  )
  insert into run_event (run_id, attempt, event, detail, actor)
  select id, attempt, $5, detail, 'Deskhand' from told order by id collate "C" returning run_id as id`;
