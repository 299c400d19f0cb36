import type { AccountId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import type { Pool } from 'pg';
import type { FlowRecord, FlowStore, FlowVersionRecord, ReadScript } from '../../ports/flows.ts';
import { changing } from './audit.ts';
import { isUniqueViolation } from './fault.ts';
import { assignments, type Queryable, rowOf, rowsOf } from './query.ts';

interface FlowRow {
  id: string;
  name: string;
  description: string;
  owner_id: string;
  owner_name: string;
  co_owners: string[];
  users: string[];
  version: number;
  inputs: FlowParameter[];
  outputs: FlowParameter[];
  problems: number;
  created_at: Date;
  updated_at: Date;
  last_results: FlowRecord['lastResults'] | null;
  last_run_at: Date | null;
}

const select = `select f.id, f.name, f.description, f.owner_id, a.name as owner_name, f.co_owners, f.users, f.version,
  v.inputs, v.outputs, v.problems, f.created_at, f.updated_at, recent.last_results, recent.last_run_at
  from desktop_flow f
  join account a on a.id = f.owner_id
  join desktop_flow_version v on v.flow_id = f.id and v.version = f.version
  left join lateral (
    select array_agg(r.state order by r.request_number desc) filter (where r.state in ('succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain')) as last_results,
           max(r.requested_at) as last_run_at
      from (select state, request_number, requested_at from run where flow_id = f.id order by request_number desc limit 10) r
  ) recent on true
  where f.deleted_at is null`;

export function openFlowStore(pool: Pool): FlowStore {
  return {
    list: async (search, visibleTo) =>
      (
        await rowsOf<FlowRow>(
          pool,
          `${select} and ($1::text is null or strpos(lower(f.name), lower($1)) > 0)
             and ($2::text is null or f.owner_id = $2 or $2 = any(f.co_owners) or $2 = any(f.users))
            order by lower(f.name) limit 1000`,
          [search, visibleTo],
        )
      ).map(flowFromRow),
    byId: async (id) => {
      const row = await rowOf<FlowRow>(pool, `${select} and f.id = $1`, [id]);
      return row && flowFromRow(row);
    },
    add: (flow, audit) =>
      nameMayBeTaken('added', () =>
        changing(pool, audit, async (client) => {
          await client.query('insert into desktop_flow (id, name, description, owner_id) values ($1, $2, $3, $4)', [
            flow.id,
            flow.name,
            flow.description,
            flow.ownerId,
          ]);
          await insertVersion(client, flow.id, 1, flow.read, flow.ownerId);
        }),
      ),
    change: (id, change, audit) =>
      nameMayBeTaken('changed', async () => {
        const set = assignments(
          { name: change.name, description: change.description, co_owners: change.coOwners, users: change.users },
          2,
        );
        if (set.values.length === 0) return;
        await changing(pool, audit, (client) =>
          client.query(`update desktop_flow set ${set.text} where id = $1`, [id, ...set.values]),
        );
      }),
    script: async (id, version) =>
      (
        await rowOf<{ script: string }>(
          pool,
          'select script from desktop_flow_version where flow_id = $1 and version = $2',
          [id, version],
        )
      )?.script,
    save: (id, baseVersion, read, savedBy, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          const flow = await rowOf<{ version: number }>(
            client,
            'select version from desktop_flow where id = $1 for update',
            [id],
          );
          if (!flow || flow.version !== baseVersion) return { newer: flow?.version ?? 0 };
          await insertVersion(client, id, baseVersion + 1, read, savedBy);
          await client.query('update desktop_flow set version = $2, updated_at = now() where id = $1', [
            id,
            baseVersion + 1,
          ]);
          return { saved: baseVersion + 1 };
        },
        (answer) => 'saved' in answer,
      ),
    versions: async (id) =>
      await rowsOf<FlowVersionRecord>(
        pool,
        `select v.version, v.saved_at as "savedAt", a.name as "savedBy", octet_length(v.script) as bytes
           from desktop_flow_version v join account a on a.id = v.saved_by where v.flow_id = $1 order by v.version desc limit 1000`,
        [id],
      ),
    remove: (id, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          // A submit of the same moment has added its run by then, or waits and finds the flow gone.
          await client.query('select 1 from desktop_flow where id = $1 for update', [id]);
          const done = await client.query(
            `update desktop_flow set deleted_at = now() where id = $1
               and not exists (select 1 from run where flow_id = $1 and state in ('queued', 'offered', 'starting', 'running', 'cancelling'))`,
            [id],
          );
          return done.rowCount === 1 ? 'removed' : 'in-use';
        },
        (answer) => answer === 'removed',
      ),
  };
}

async function insertVersion(
  client: Queryable,
  flowId: string,
  version: number,
  read: ReadScript,
  savedBy: string,
): Promise<void> {
  await client.query(
    'insert into desktop_flow_version (flow_id, version, script, inputs, outputs, problems, saved_by) values ($1, $2, $3, $4, $5, $6, $7)',
    [flowId, version, read.script, JSON.stringify(read.inputs), JSON.stringify(read.outputs), read.problems, savedBy],
  );
}

async function nameMayBeTaken<Done extends string>(
  answer: Done,
  work: () => Promise<unknown>,
): Promise<Done | 'name-taken'> {
  try {
    await work();
    return answer;
  } catch (error) {
    if (isUniqueViolation(error)) return 'name-taken';
    throw error;
  }
}

function flowFromRow(row: FlowRow): FlowRecord {
  return {
    id: row.id as DesktopFlowId,
    name: row.name,
    description: row.description,
    owner: { id: row.owner_id as AccountId, name: row.owner_name },
    coOwners: row.co_owners,
    users: row.users,
    version: row.version,
    inputs: row.inputs,
    outputs: row.outputs,
    problems: row.problems,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastResults: row.last_results ?? [],
    lastRunAt: row.last_run_at,
  };
}
