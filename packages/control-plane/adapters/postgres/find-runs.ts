import type { Pool } from 'pg';
import type { FoundRun, RunConditions, RunFilter, RunRecord, RunStretch } from '../../ports/runs.ts';
import { rowOf, rowsOf } from './query.ts';
import { type RunRow, runFromRow, selectRuns } from './run-row.ts';

type Place = (value: unknown) => string;

/** Newest request first; large inputs and outputs are left out. */
export async function listRuns(pool: Pool, filter: RunFilter): Promise<readonly RunRecord[]> {
  const { values, place } = places();
  const conditions = conditionsOf(filter, place);
  if (filter.before !== null) conditions.push(`r.request_number < ${place(filter.before)}`);
  const text = `${selectRuns('run', 'listed')} ${where(conditions)} order by r.request_number desc limit ${place(filter.limit)}`;
  return (await rowsOf<RunRow>(pool, text, values)).map(runFromRow);
}

/** What conditions may name beside the run itself. */
const runsAndNames = `run r join desktop_flow f on f.id = r.flow_id join connection c on c.id = r.connection_id
  join account a on a.id = r.submitted_by`;

export async function findRuns(pool: Pool, stretch: RunStretch): Promise<readonly FoundRun[]> {
  const { values, place } = places();
  const conditions = [
    ...conditionsOf(stretch, place),
    `r.request_number > ${place(stretch.after)}`,
    `r.request_number <= ${place(stretch.upTo)}`,
  ];
  return await rowsOf<FoundRun>(
    pool,
    `select r.id, r.request_number as "requestNumber" from ${runsAndNames} ${where(conditions)}
      order by r.request_number limit ${place(stretch.limit)}`,
    values,
  );
}

export async function countRuns(
  pool: Pool,
  conditions: RunConditions,
): Promise<{ readonly count: number; readonly upTo: number }> {
  const { values, place } = places();
  const row = await rowOf<{ count: number; upTo: number }>(
    pool,
    `select (select count(*)::int from ${runsAndNames} ${where(conditionsOf(conditions, place))}) as count,
      coalesce((select max(request_number) from run), 0) as "upTo"`,
    values,
  );
  return row ?? { count: 0, upTo: 0 };
}

function places(): { readonly values: unknown[]; readonly place: Place } {
  const values: unknown[] = [];
  return { values, place: (value) => `$${String(values.push(value))}` };
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;

function conditionsOf(filter: RunConditions, place: Place): string[] {
  const conditions: string[] = [];
  const equal = {
    flow_id: filter.flowId,
    connection_id: filter.connectionId,
    cluster_id: filter.clusterId,
    gateway_id: filter.gatewayId,
    submitted_by: filter.submittedBy,
    mode: filter.mode,
  };
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) conditions.push(`r.${column} = ${place(value)}`);
  if (filter.states !== undefined) conditions.push(`r.state = any(${place(filter.states)})`);
  if (filter.from !== undefined) conditions.push(`r.requested_at >= ${place(filter.from)}`);
  if (filter.to !== undefined) conditions.push(`r.requested_at < ${place(filter.to)}`);
  if (filter.search !== undefined) conditions.push(searchCondition(filter.search, place));
  if (filter.visibleTo !== null) {
    const me = place(filter.visibleTo);
    conditions.push(`(r.submitted_by = ${me} or f.owner_id = ${me} or ${me} = any(f.co_owners))`);
  }
  return conditions;
}

function searchCondition(search: string, place: Place): string {
  const pattern = place(`%${search.replace(/[\\%_]/g, '\\$&')}%`);
  return `(f.name ilike ${pattern} or c.name ilike ${pattern} or c.account_name ilike ${pattern} or a.name ilike ${pattern} or r.id = ${place(search)})`;
}
