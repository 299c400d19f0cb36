import { type Command, text } from '../../command.ts';
import { ageOf } from '../../terminal/time.ts';

export const list: Command = {
  name: 'flows list',
  summary: 'List desktop flows that are yours or shared with you.',
  options: [{ syntax: '--search <text>', description: 'only flows whose name holds this text' }],
  examples: ['deskhand flows list', 'deskhand flows list --search invoice', 'deskhand flows list --quiet'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const api = await call.api();
    const search = text(call, 'search');
    const { items } = await api.listFlows({ query: search === undefined ? {} : { search } });
    const now = Date.now();
    call.output.list(
      items,
      [
        { title: 'flow', cell: (flow) => flow.name, cut: 1 },
        { title: 'id', cell: (flow) => flow.id },
        { title: 'version', cell: (flow) => String(flow.version) },
        { title: 'owner', cell: (flow) => flow.owner.name, cut: 2 },
        { title: 'problems', cell: (flow) => String(flow.problems) },
        { title: 'last run', cell: (flow) => ageOf(flow.lastRunAt, now) },
        { title: 'last result', cell: (flow) => flow.lastResults[0] ?? '-' },
      ],
      'There is no desktop flow yet. See: deskhand flows create --help',
    );
    return 0;
  },
};
