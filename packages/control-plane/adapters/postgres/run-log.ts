import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { Pool } from 'pg';
import type { LogPage, LogWindow } from '../../ports/runs.ts';
import { rowOf, rowsOf } from './query.ts';

interface Totals {
  readonly attempt: number;
  readonly lost: number;
  readonly total: number;
  readonly first_error_seq: number | null;
}

/** One window of an attempt's log. Sequence numbers have no gaps, so the last one counts the lines. */
export async function readLog(pool: Pool, runId: string, window: LogWindow): Promise<LogPage> {
  const totals = await rowOf<Totals>(
    pool,
    `select a.attempt, case when a.attempt = r.attempt then r.log_lines_lost + r.log_lines_unnumbered else 0 end as lost,
        coalesce((select max(seq) from run_log l where l.run_id = r.id and l.attempt = a.attempt), 0) as total,
        (select min(seq) from run_log l where l.run_id = r.id and l.attempt = a.attempt and l.is_problem
          and l.line->>'status' = 'failed') as first_error_seq
      from run r cross join lateral (select coalesce($2::int, r.attempt) as attempt) a where r.id = $1`,
    [runId, window.attempt],
  );
  if (totals === undefined) return { lines: [], total: 0, lost: 0, attempt: 0, firstErrorSeq: null };
  const { attempt, lost, total, first_error_seq: firstErrorSeq } = totals;
  return { lines: await linesOf(pool, runId, attempt, window), total, lost, attempt, firstErrorSeq };
}

async function linesOf(pool: Pool, runId: string, attempt: number, window: LogWindow): Promise<readonly LogLine[]> {
  const values: unknown[] = [runId, attempt];
  const place = (value: unknown): string => `$${String(values.push(value))}`;
  const conditions = ['run_id = $1', 'attempt = $2'];
  if (window.after !== undefined) conditions.push(`seq > ${place(window.after)}`);
  if (window.before !== undefined) conditions.push(`seq < ${place(window.before)}`);
  if (window.level !== undefined && window.level !== 'info') conditions.push('is_problem');
  if (window.level === 'error') conditions.push(`line->>'level' = 'error'`);
  if (window.search !== undefined) {
    const pattern = place(`%${window.search.replace(/[\\%_]/g, '\\$&')}%`);
    conditions.push(`(line->>'message' ilike ${pattern} or line->>'action' ilike ${pattern})`);
  }
  const fromEnd = window.tail || window.before !== undefined;
  const rows = await rowsOf<{ line: LogLine }>(
    pool,
    `select line from run_log where ${conditions.join(' and ')} order by seq ${fromEnd ? 'desc' : 'asc'} limit ${place(window.limit)}`,
    values,
  );
  const lines = rows.map((row) => row.line);
  return fromEnd ? lines.reverse() : lines;
}
