import { argument, type Command } from '../../command.ts';
import { findRun } from './find-run.ts';

export const events: Command = {
  name: 'runs events',
  summary: 'Print what happened to a run in its queue and on machines, attempt by attempt.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  examples: ['deskhand runs events 4812', 'deskhand runs events 4812 --json'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const run = await findRun(api, argument(call, 0));
    const { items } = await api.getRunEvents({ params: { id: run.id } });
    call.output.list(
      items,
      [
        { title: 'at', cell: (event) => event.at },
        { title: 'attempt', cell: (event) => String(event.attempt) },
        { title: 'event', cell: (event) => event.event },
        { title: 'by', cell: (event) => event.actor },
        { title: 'detail', cell: (event) => event.detail, cut: 1 },
      ],
      'Nothing has happened to this run yet.',
    );
    return 0;
  },
};
