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

/**
 * Lines are sent until they are acknowledged, so known ones are passed over. A gap, or what is above the cap of a run, is
 * counted as lost and never hidden. Rows are locked in one order, so that two servers never wait for each other.
 */
const addLogsText = `
  with target as (
    select r.id, r.attempt, r.log_seq, r.log_lines_lost from unnest($1::text[], $2::int[], $3::text[]) as s(run_id, attempt, gateway_id)
      join run r on r.id = s.run_id and r.attempt = s.attempt and r.gateway_id = s.gateway_id order by r.id for no key update of r
  ), line as (
    select l.* from unnest($4::text[], $5::int[], $6::jsonb[], $7::boolean[]) as l(run_id, seq, line, is_problem)
      join target t on t.id = l.run_id where l.seq > t.log_seq
  ), added as (
    insert into run_log (run_id, attempt, seq, line, is_problem)
    select t.id, t.attempt, l.seq, l.line, l.is_problem from line l join target t on t.id = l.run_id
      where l.seq <= ${String(limits.LOG_LINES_PER_RUN_MAX)}
    on conflict do nothing returning run_id
  ), told as (
    select t.id, t.log_seq, t.log_lines_lost, coalesce(l.last_seq, t.log_seq) as last_seq, coalesce(a.added, 0) as added
    from target t left join (select run_id, max(seq) as last_seq from line group by run_id) l on l.run_id = t.id
      left join (select run_id, count(*)::int as added from added group by run_id) a on a.run_id = t.id
  ) update run r set log_seq = t.last_seq, last_action_at = clock_timestamp(),
      log_lines_lost = t.log_lines_lost + greatest(0, t.last_seq - t.log_seq - t.added)
    from told t where r.id = t.id returning r.id, r.log_seq`;

async function addLogs(pool: Pool, said: readonly Said[]): Promise<readonly (number | undefined)[]> {
  const lines = said.flatMap((one) => one.lines.map((line) => ({ runId: one.of.runId, line })));
  const rows = await named<{ id: string; log_seq: number }>(pool, 'add-logs', addLogsText, [
    said.map(({ of }) => of.runId),
    said.map(({ of }) => of.attempt),
    said.map(({ of }) => of.gatewayId),
    lines.map(({ runId }) => runId),
    lines.map(({ line }) => line.seq),
    lines.map(({ line }) => json(line)),
    lines.map(({ line }) => line.level !== 'info' || line.status === 'failed'),
  ]);
  const seqs = new Map(rows.map((row) => [row.id, row.log_seq]));
  return said.map(({ of }) => seqs.get(of.runId));
}
