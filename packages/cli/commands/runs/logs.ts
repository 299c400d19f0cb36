import { setTimeout as wait } from 'node:timers/promises';
import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import { argument, type Call, type Command, flag } from '../../command.ts';
import { duration } from '../../terminal/time.ts';
import { paint } from '../../terminal/terminal.ts';
import { findRun } from './find-run.ts';
import { exitOf, hasEnded } from './show-run.ts';

const LINES_PER_REQUEST = 2_000;
const LOOK_AGAIN_MS = 1_000;

export const logs: Command = {
  name: 'runs logs',
  summary: 'Print the action log of a run.',
  arguments: [{ syntax: '<run>', description: 'id, beginning of the id, or request number' }],
  options: [{ syntax: '-f, --follow', description: 'go on until the run ends; the exit code is its outcome' }],
  examples: [
    'deskhand runs logs 4812',
    'deskhand runs logs 4812 --follow',
    'deskhand runs logs 4812 --json=line,action,status',
  ],
  exitCodes: [0, 1, 4, 5, 7, 9],
  run: async (call) => {
    const api = await call.api();
    let run = await findRun(api, argument(call, 0));
    let after = 0;
    for (;;) {
      // The state is read before the log, so that the last lines of a run that has ended are not missed.
      run = await api.getRun({ params: { id: run.id } });
      after = await printAfter(call, run.id, after);
      if (!flag(call, 'follow')) return 0;
      if (hasEnded(run)) return exitOf(run);
      await wait(LOOK_AGAIN_MS, undefined, { signal: call.signal }).catch(() => undefined);
      if (call.signal.aborted) return 130;
    }
  },
};

async function printAfter(call: Call, id: string, start: number): Promise<number> {
  const api = await call.api();
  for (let after = start; ; ) {
    const { lines, lost } = await api.getRunLog({ params: { id }, query: { after, limit: LINES_PER_REQUEST } });
    for (const line of lines) call.output.line(line, (shown) => lineAsText(call, shown));
    if (lost > 0 && start === 0) call.output.hint(`${lost} lines of this log were lost`);
    after = lines.at(-1)?.seq ?? after;
    if (lines.length < LINES_PER_REQUEST) return after;
  }
}

function lineAsText({ terminal }: Call, line: LogLine): string {
  const time = line.at.slice(11, 23);
  const place = `${line.subflow}:${line.line}`;
  const said = [line.action, line.message].filter((part) => part !== '').join('  ');
  const took = line.durationMs === null ? '' : `  ${duration(line.durationMs)}`;
  const level =
    line.level === 'info' ? '' : `${paint(terminal, line.level === 'error' ? 'red' : 'yellow', line.level)}  `;
  return `${paint(terminal, 'grey', time)}  ${place.padEnd(14)}  ${level}${said}${took}`;
}
