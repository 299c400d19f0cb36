import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Column } from '../../terminal/table.ts';
import { ageOf, duration } from '../../terminal/time.ts';
import type { ExitCode } from '../../exit-code.ts';

export const runColumns: readonly Column<Run>[] = [
  { title: 'run', cell: (run) => run.id },
  { title: 'no', cell: (run) => String(run.requestNumber) },
  { title: 'state', cell: (run) => run.display },
  { title: 'flow', cell: (run) => run.flow.name, cut: 2 },
  { title: 'connection', cell: (run) => run.connection.name, cut: 3 },
  { title: 'mode', cell: (run) => run.mode },
  { title: 'priority', cell: (run) => (run.movedToTop ? 'top' : run.priority) },
  { title: 'age', cell: (run) => ageOf(run.requestedAt, Date.now()) },
  { title: 'because', cell: (run) => run.because?.message ?? run.error?.message ?? '', cut: 4 },
];

/** Everything about one run, for a person. */
export function runAsText(run: Run): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Run', `${run.id} (request ${run.requestNumber}, attempt ${run.attempt})`],
    ['State', run.display],
    ['Because', run.because?.message],
    ['Try', run.because?.remedy],
    ['Error', run.error ? `${run.error.code}: ${run.error.message}` : undefined],
    ['At', run.error?.location ? `${run.error.location.subflow}, line ${run.error.location.line}` : undefined],
    ['Flow', `${run.flow.name}, version ${run.flow.version}`],
    ['Connection', `${run.connection.name} (${run.connection.accountName})`],
    ['Cluster', run.cluster.name],
    ['Gateway', run.gateway?.name],
    ['Mode', `${run.mode}, priority ${run.priority}${run.movedToTop ? ', moved to top' : ''}`],
    ['Requested', `${run.requestedAt} by ${run.submittedBy.name}`],
    ['Started', run.startedAt ?? undefined],
    ['Ended', run.endedAt ?? undefined],
    ['Signed out', run.signedOutAt ?? undefined],
    ['Waited', duration(run.waitedMs)],
    ['Ran', run.ranMs === null ? undefined : duration(run.ranMs)],
    ['Unreachable since', run.unreachableSince ?? undefined],
    ['Resubmit of', run.resubmitOf ?? undefined],
    ['Outputs', Object.keys(run.outputs).length > 0 ? JSON.stringify(run.outputs) : undefined],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(18)}${value}`])).join('\n');
}

const endedStates: readonly Run['state'][] = ['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain'];
export const hasEnded = (run: Run): boolean => endedStates.includes(run.state);

export function exitOf(run: Run): ExitCode {
  if (run.state === 'uncertain') return 9;
  return run.state === 'succeeded' ? 0 : 1;
}
