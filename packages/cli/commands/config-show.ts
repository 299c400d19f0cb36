import { settingNames } from '../config/settings.ts';
import { type Command, flag } from '../command.ts';

export const configShow: Command = {
  name: 'config show',
  summary: 'Show the settings, and with --origin where each came from.',
  options: [{ syntax: '--origin', description: 'flag, environment, file or default' }],
  examples: ['deskhand config show', 'deskhand config show --origin'],
  exitCodes: [0, 2],
  run: async (call) => {
    const origin = flag(call, 'origin');
    const rows = settingNames.map((name) => ({ id: name, name, ...call.settings[name] }));
    call.output.list(
      rows,
      [
        { title: 'setting', cell: (row) => row.name },
        { title: 'value', cell: (row) => row.value },
        ...(origin ? [{ title: 'from', cell: (row: (typeof rows)[number]) => row.origin }] : []),
      ],
      '',
    );
    return 0;
  },
};
