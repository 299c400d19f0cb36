import { isMachineFault } from '@deskhand/domain/run/machine-fault.ts';
import { argument, type Command } from '../../command.ts';
import { reportAsText } from '../show-checks.ts';
import { hindsightLines, hindsightOf } from './hindsight.ts';
import { findRun } from './find-run.ts';
import { runAsText } from './show-run.ts';

export const show: Command = {
  name: 'runs show',
  summary: 'Show one run: state, reason, times, outputs, and how the machine was when it failed the run.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  examples: ['deskhand runs show 4812', 'deskhand runs show 4812 --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const isLookedAt = run.state === 'failed' && isMachineFault(run.error?.code);
    const report = isLookedAt ? (await api.getRunMachineCheck({ params: { id: run.id } })).report : null;
    const hindsight = await hindsightOf(api, run);
    call.output.one({ ...run, machineCheck: report, hindsight }, () =>
      [
        runAsText(run),
        ...hindsightLines(hindsight, call.settings.server.value),
        ...(report === null ? [] : ['', reportAsText(call.terminal, report, false)]),
      ].join('\n'),
    );
    return 0;
  },
};
