import { expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { loggingModule } from './module.ts';

test('messages reach the log of the run with their level', () => {
  const lines: string[] = [];
  const context = testContext({ log: (level, message) => lines.push(`${level}: ${message}`) });
  const run = runner(loggingModule);
  void run('Logging.LogMessage', { Message: 'one' }, context);
  void run('Logging.LogMessage', { Message: 'two', LogLevel: 'WarningLevel' }, context);
  void run('Logging.LogMessage', { Message: 'three', LogLevel: 'ErrorLevel' }, context);
  expect(lines).toEqual(['info: one', 'warning: two', 'error: three']);
});
