import { argument, type Command } from '../command.ts';
import { startLines } from './predicted-start.ts';
import { findRun } from './runs/find-run.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Say why a run waits, for every member of its cluster.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  examples: ['deskhand explain 4812', 'deskhand explain 4812 --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const answer = await api.explainRun({ params: { id: run.id } });
    call.output.one({ id: run.id, ...answer }, ({ state, position, nextToRun, because, starts, members }) =>
      [
        `${run.id} is ${nextToRun ? 'next to run' : state}${position === null ? '' : `, place ${position} in the run queue`}.`,
        ...(starts ? startLines(starts) : []),
        ...(because ? [`because: ${because.message}`, `try: ${because.remedy}`] : []),
        ...members.map((member) => `  ${member.name}: ${member.because.message} (${member.because.code})`),
      ].join('\n'),
    );
    return 0;
  },
};
