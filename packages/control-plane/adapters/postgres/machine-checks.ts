import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { Pool, PoolClient } from 'pg';
import type { AskedCheck, MachineCheckStore } from '../../ports/machine-checks.ts';
import { changing } from './audit.ts';
import { json } from './json.ts';
import { type Queryable, rowOf, rowsOf } from './query.ts';

export function openMachineCheckStore(pool: Pool): MachineCheckStore {
  return {
    ask: async (question, audit) => {
      await changing(
        pool,
        audit,
        (client) => begin(client, question),
        (isNew) => isNew,
      );
      return (await read(pool, question.gatewayId, question.waitMs)) ?? 'not-found';
    },
    read: (gatewayId, waitMs) => read(pool, gatewayId, waitMs),
    answer: async (gatewayId, requestId, report) =>
      (
        await rowsOf(
          pool,
          `update machine_check set answered_id = request_id, answered_at = clock_timestamp(), report = $3
            where gateway_id = $1 and request_id = $2 and answered_id is distinct from request_id returning 1`,
          [gatewayId, requestId, json(report)],
        )
      ).length === 1,
    attach: async ({ runId, attempt, gatewayId }, report) => {
      await pool.query(
        `insert into run_machine_check (run_id, attempt, noted_at, report)
          select id, attempt, clock_timestamp(), $4 from run where id = $1 and attempt = $2 and gateway_id = $3
          on conflict (run_id) do nothing`,
        [runId, attempt, gatewayId, json(report)],
      );
    },
    ofRun: async (runId) =>
      await rowOf<{ attempt: number; notedAt: Date; report: DoctorReport }>(
        pool,
        'select attempt, noted_at as "notedAt", report from run_machine_check where run_id = $1',
        [runId],
      ),
    noteRestart: (gatewayId, audit) =>
      changing(
        pool,
        audit,
        async (client) => (await rowOf(client, `select 1 ${ofGateway}`, [gatewayId])) !== undefined,
        (isThere) => isThere,
      ),
  };
}

const ofGateway = 'from gateway where id = $1 and removed_at is null';

async function begin(client: PoolClient, question: Parameters<MachineCheckStore['ask']>[0]): Promise<boolean> {
  const { gatewayId, requestId, askedBy, waitMs } = question;
  const rows = await rowsOf(
    client,
    `insert into machine_check as m (gateway_id, request_id, asked_by, asked_at)
      select id, $2, $3, clock_timestamp() ${ofGateway}
      on conflict (gateway_id) do update set request_id = excluded.request_id, asked_by = excluded.asked_by, asked_at = excluded.asked_at
        where m.answered_id is not distinct from m.request_id or m.asked_at <= clock_timestamp() - make_interval(secs => $4::float8 / 1000)
      returning 1`,
    [gatewayId, requestId, askedBy, waitMs],
  );
  return rows.length === 1;
}

async function read(client: Queryable, gatewayId: string, waitMs: number): Promise<AskedCheck | undefined> {
  return await rowOf<AskedCheck>(
    client,
    `select request_id as "requestId", asked_by as "askedBy", asked_at as "askedAt", answered_at as "answeredAt", report,
        case when answered_id = request_id then 'answered'
          when asked_at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000) then 'late' else 'asked' end as state
      from machine_check where gateway_id = $1`,
    [gatewayId, waitMs],
  );
}
