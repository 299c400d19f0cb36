import type { ActionModule, LogLevel } from '@deskhand/robin';
import { choice, text } from '../declare/arguments.ts';
import { readChoice, readText } from '../declare/read-argument.ts';

const levels: Readonly<Record<string, LogLevel>> = {
  InfoLevel: 'info',
  WarningLevel: 'warning',
  ErrorLevel: 'error',
};

export const loggingModule: ActionModule = {
  name: 'Logging',
  title: 'Logging',
  actions: [
    {
      id: 'Logging.LogMessage',
      title: 'Log message',
      summary: "Writes a line to the run's log.",
      linux: 'core',
      errors: [],
      selectors: {
        '': {
          arguments: { Message: text(), LogLevel: choice('Logging.LogLevel', Object.keys(levels)) },
          outputs: {},
          run: (call) => {
            call.context.log(levels[readChoice(call, 'LogLevel')] ?? 'info', readText(call, 'Message'));
            return {};
          },
        },
      },
    },
  ],
};
