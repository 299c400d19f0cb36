import { exitCodes } from '@deskhand/protocol/errors.ts';
import type { Command } from '../command.ts';

export const helpExitCodes: Command = {
  name: 'help exit-codes',
  summary: 'List what every exit code means.',
  examples: ['deskhand help exit-codes', 'deskhand help exit-codes --json'],
  exitCodes: [0],
  run: async (call) => {
    const rows = Object.entries(exitCodes).map(([code, meaning]) => ({ id: code, code: Number(code), meaning }));
    call.output.list(
      rows,
      [
        { title: 'code', cell: (row) => String(row.code) },
        { title: 'means', cell: (row) => row.meaning },
      ],
      '',
    );
    return 0;
  },
};
