import type { FleetServer } from './fleet-world.ts';

/** What a process of stubs tells when its last line is acknowledged. */
export interface Hushed {
  readonly runs: readonly { readonly runId: string; readonly sent: number; readonly acked: number }[];
  readonly latenciesMs: readonly number[];
  readonly strayed: Readonly<Record<string, number>>;
}

/**
 * What is in the database beside what was sent, run by run. A run of which the server itself counts lines as lost counts
 * with none.
 */
export async function linesOf(server: Pick<FleetServer, 'database'>, told: readonly Hushed[]) {
  const runs = told.flatMap((one) => one.runs);
  const { rows } = await server.database.query<{ run_id: string; lines: number; lost: number }>(
    `select r.id as run_id, count(l.seq)::int as lines, r.log_lines_lost as lost
      from run r left join run_log l on l.run_id = r.id and l.attempt = r.attempt group by r.id`,
  );
  const kept = new Map(rows.map((row) => [row.run_id, row.lost > 0 ? 0 : row.lines]));
  const linesSent = runs.reduce((sum, { sent }) => sum + sent, 0);
  const linesKept = runs.reduce((sum, { runId, sent }) => sum + Math.min(sent, kept.get(runId) ?? 0), 0);
  const strayed = told.flatMap((one) => Object.values(one.strayed)).reduce((sum, count) => sum + count, 0);
  return { linesSent, linesLost: linesSent - linesKept, strayed };
}
