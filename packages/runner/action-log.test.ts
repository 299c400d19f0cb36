import { createMasker, type StatementEvent } from '@deskhand/robin';
import { expect, test } from 'vitest';
import { createActionLog, LOG_LINES_FOR_PROBLEMS } from './action-log.ts';

const location = { subflow: 'Main', line: 3, actionIndex: 2 };
const succeeded: StatementEvent = { location, name: 'SET', startedMs: 1, durationMs: 0.25, status: 'succeeded' };
const failed: StatementEvent = { ...succeeded, status: 'failed', errorMessage: 'the secret is correct horse' };

function logged(options: { linesMax?: number; room?: () => boolean; level?: 'all' | 'problems' } = {}) {
  const lines: { seq: number; status: string; message: string; at: string }[] = [];
  const masker = createMasker();
  masker.add('correct horse');
  const log = createActionLog({
    sink: {
      log: (batch) => {
        if (options.room && !options.room()) return false;
        lines.push(...batch.map((line) => JSON.parse(line)));
        return true;
      },
    },
    level: options.level ?? 'all',
    masker,
    startedAtMs: Date.parse('2026-01-02T03:04:05.000Z'),
    nowMs: () => 0,
    linesMax: options.linesMax ?? 100_000,
  });
  return { lines, log, say: (event: StatementEvent) => log.observer.onStatement?.(event) };
}

test('a statement becomes a numbered line with its place, time and duration', () => {
  const { lines, log, say } = logged();
  say(succeeded);
  log.close();
  expect(lines).toEqual([
    {
      seq: 1,
      at: '2026-01-02T03:04:05.001Z',
      level: 'info',
      ...location,
      action: 'SET',
      durationMs: 0.25,
      status: 'succeeded',
      message: '',
    },
  ]);
});

test('sensitive texts are hidden in messages', () => {
  const { lines, log, say } = logged();
  say(failed);
  log.observer.onLog?.('info', 'correct horse battery', location);
  log.close();
  expect(lines.map((line) => line.message)).toEqual(['the secret is ••••••', '•••••• battery']);
});

test('a full log says how many lines it lost, and still takes the failure', () => {
  const { lines, log, say } = logged({ linesMax: LOG_LINES_FOR_PROBLEMS + 10 });
  for (let i = 0; i < 25; i++) say(succeeded);
  say(failed);
  expect(log.close()).toEqual({ lastLogSeq: 11, logLinesLost: 15 });
  expect(lines.at(-1)).toMatchObject({ seq: 11, status: 'failed' });
});

test('lines that found no room on the disk leave no gap in the numbers', () => {
  let isFull = true;
  const { lines, log, say } = logged({ room: () => !isFull });
  say(succeeded);
  log.flush();
  isFull = false;
  say(succeeded);
  expect(log.close()).toEqual({ lastLogSeq: 1, logLinesLost: 1 });
  expect(lines.map((line) => line.seq)).toEqual([1]);
});

test('where only problems are wanted, what went well is not written', () => {
  const { lines, log, say } = logged({ level: 'problems' });
  say(succeeded);
  say(failed);
  log.close();
  expect(lines.map((line) => line.status)).toEqual(['failed']);
});
