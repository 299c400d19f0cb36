import { argument, type Command, flag } from '../command.ts';
import { questionLines } from './question-lines.ts';
import { startLines } from './predicted-start.ts';
import { dryRun } from './runs/dry-run.ts';
import { hindsightLines, hindsightOf } from './runs/hindsight.ts';
import { findRun } from './runs/find-run.ts';
import { requestOf, submissionOptions } from './runs/submission.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Say why a run waits or timed out, or what a submission would lead to.',
  arguments: [
    { syntax: '<run>', description: 'id, beginning of the id, or request number; with --dry-run a desktop flow' },
  ],
  options: [
    { syntax: '--dry-run', description: 'ask about a submission; the options below say what would be submitted' },
    ...submissionOptions,
  ],
  examples: [
    'deskhand explain 4812',
    'deskhand explain 4812 --json',
    'deskhand explain --dry-run Invoices --connection kiosk --mode unattended',
  ],
  exitCodes: [0, 2, 4, 5, 6, 7],
  run: async (call) => {
    if (flag(call, 'dryRun')) return await dryRun(call, await requestOf(call));
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const answer = await api.explainRun({ params: { id: run.id } });
    const hindsight = await hindsightOf(api, run);
    call.output.one({ id: run.id, ...answer, hindsight }, ({ state, position, nextToRun, because, starts, members }) =>
      [
        `${run.id} is ${nextToRun ? 'next to run' : state}${position === null ? '' : `, place ${position} in the run queue`}.`,
        ...(starts ? startLines(starts) : []),
        ...(because ? [`because: ${because.message}`, `try: ${because.remedy}`] : []),
        ...members.flatMap((member) => [
          `  ${member.name}: ${member.because.message} (${member.because.code})`,
          ...questionLines(member).map((line) => `    ${line}`),
        ]),
        ...hindsightLines(hindsight, call.settings.server.value),
      ].join('\n'),
    );
    return 0;
  },
};
