import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { Pool } from 'pg';
import type { AttemptOf } from '../../ports/gateway-links.ts';
import { json } from './json.ts';
import { named } from './named.ts';
import { together } from './together.ts';

/** With the longest lines about as many bytes as the longest message of a link. */
const LINES_PER_STATEMENT_MAX = 1_000;

interface Said {
  readonly of: AttemptOf;
  readonly lines: readonly LogLine[];
}

/** Log lines of many runs in one commit; each run's own are answered when they are in it. */
export function logWriter(pool: Pool): (of: AttemptOf, lines: readonly LogLine[]) => Promise<number | undefined> {
  const add = together<Said, number | undefined>({
    write: (said) => addLogs(pool, said),
    keyOf: ({ of }) => of.runId,
    // A message without lines is looked up all the same.
    weightOf: ({ lines }) => lines.length + 1,
    weightMax: LINES_PER_STATEMENT_MAX,
  });
  return (of, lines) => add({ of, lines });
}

const linesOf = 'jsonb_to_recordset(t.lines) as l(seq int, "isProblem" boolean, line jsonb)';

/**
 * Lines are sent until they are acknowledged, so known ones are passed over. A gap, or what is above the cap of a run, is
 * counted as lost and never hidden. Rows are locked in one order, so that two servers never wait for each other. Each run
 * carries its own lines: PostgreSQL takes arrays for short and would compare every line with every run.
 */
const addLogsText = `
  with target as (
    select r.id, r.attempt, r.log_seq, r.log_lines_lost, s.lines
      from unnest($1::text[], $2::int[], $3::text[], $4::jsonb[]) as s(run_id, attempt, gateway_id, lines)
      join run r on r.id = s.run_id and r.attempt = s.attempt and r.gateway_id = s.gateway_id order by r.id for no key update of r
  ), added as (
    insert into run_log (run_id, attempt, seq, line, is_problem)
    select t.id, t.attempt, l.seq, l.line, l."isProblem" from target t, ${linesOf}
      where l.seq > t.log_seq and l.seq <= ${String(limits.LOG_LINES_PER_RUN_MAX)}
    on conflict do nothing
  ), told as (
    select t.id, t.log_seq, t.log_lines_lost, coalesce(l.last_seq, t.log_seq) as last_seq, l.kept
    from target t, lateral (
      select max(l.seq) as last_seq, count(distinct l.seq) filter (where l.seq <= ${String(limits.LOG_LINES_PER_RUN_MAX)}) as kept
      from ${linesOf} where l.seq > t.log_seq
    ) l
  ) update run r set log_seq = t.last_seq, last_action_at = clock_timestamp(),
      log_lines_lost = t.log_lines_lost + greatest(0, t.last_seq - t.log_seq - t.kept)
    from told t where r.id = t.id returning r.id, r.log_seq`;

async function addLogs(pool: Pool, said: readonly Said[]): Promise<readonly (number | undefined)[]> {
  const rows = await named<{ id: string; log_seq: number }>(pool, 'add-logs', addLogsText, [
    said.map(({ of }) => of.runId),
    said.map(({ of }) => of.attempt),
    said.map(({ of }) => of.gatewayId),
    said.map(({ lines }) => json(lines.map(lineWithKey))),
  ]);
  const seqs = new Map(rows.map((row) => [row.id, row.log_seq]));
  return said.map(({ of }) => seqs.get(of.runId));
}

const lineWithKey = (line: LogLine) => ({
  seq: line.seq,
  isProblem: line.level !== 'info' || line.status === 'failed',
  line,
});
