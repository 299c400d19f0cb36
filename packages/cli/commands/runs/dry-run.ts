import type { DryRun, SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import type { Call } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { startLines } from '../predicted-start.ts';

/** Prints what a submission would lead to. A run that would wait or be refused is an answer, not a failure. */
export async function dryRun(call: Call, body: SubmitRunRequest): Promise<ExitCode> {
  const answer = await (await call.api()).dryRun({ body });
  call.output.one(answer, dryRunLines);
  return 0;
}

export function dryRunLines(answer: DryRun): string {
  const { because, members, starts } = answer;
  return [
    headline(answer),
    ...(starts ? startLines(starts) : []),
    ...(because ? [`because: ${because.message}`, `try: ${because.remedy}`] : []),
    ...members.map(({ name, because: no }) => `  ${name}: ${no ? `${no.message} (${no.code})` : 'could start it now'}`),
    'Nothing was submitted.',
  ].join('\n');
}

function headline({ outcome, flow, accountName, cluster, members, position }: DryRun): string {
  const run = `${flow.name}, version ${String(flow.version)}, as ${accountName}`;
  if (outcome === 'refused') return `${run} would fail on ${cluster.name}.`;
  if (outcome === 'waits') return `${run} would wait on ${cluster.name}, place ${String(position)} in the run queue.`;
  const open = members.flatMap(({ name, because }) => (because === null ? [name] : []));
  return `${run} would start now on ${open.length === 1 ? String(open[0]) : `one of ${open.join(', ')}`}.`;
}
