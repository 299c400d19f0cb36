import { randomUUID } from 'node:crypto';
import type { Run, SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { argument, type Call, type Command, flag, text } from '../../command.ts';
import { find } from '../../find.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { timeOption } from '../time-option.ts';
import { givenInputs } from './given-inputs.ts';
import { watchRun } from './watch-run.ts';

export const submit: Command = {
  name: 'runs submit',
  summary: 'Submit a run of a desktop flow.',
  arguments: [{ syntax: '<flow>', description: 'name or id of the desktop flow' }],
  options: [
    { syntax: '-c, --connection <connection>', description: 'where and as whom it runs: name or id' },
    { syntax: '-m, --mode <mode>', description: 'run mode', choices: ['attended', 'unattended'] },
    {
      syntax: '-p, --priority <priority>',
      description: 'place in the run queue',
      choices: ['high', 'normal'],
      default: 'normal',
    },
    { syntax: '-i, --input <name=value>', description: 'an input; NAME=@file reads it, for secrets', repeated: true },
    { syntax: '--start-deadline <time>', description: 'give up when it has not started by then, for example 3h' },
    { syntax: '--timeout <time>', description: 'end the run when it takes longer, for example 30m' },
    { syntax: '--idempotency-key <key>', description: 'the same key within a day submits once' },
    { syntax: '-w, --wait', description: 'watch it to its end; the exit code is its outcome' },
    { syntax: '--wait-timeout <time>', description: 'watch no longer than this; the run goes on' },
  ],
  examples: [
    'deskhand runs submit Invoices --connection kiosk --mode unattended',
    'deskhand runs submit Invoices -c kiosk -m unattended -p high --input Month=2026-10 --wait',
    'deskhand runs submit "Sign contract" -c alice -m attended --input Secret=@secret.txt',
  ],
  exitCodes: [0, 1, 2, 4, 5, 6, 7, 8, 9],
  run: async (call) => {
    const api = await call.api();
    const request = await requestOf(call);
    const idempotencyKey = text(call, 'idempotencyKey') ?? randomUUID();
    const run = await api.submitRun({ body: request, idempotencyKey });
    if (flag(call, 'wait')) {
      call.output.hint(`submitted ${run.id}; Ctrl+C stops watching, the run goes on`);
      return await watchRun(call, run, timeOption(call, 'waitTimeout'));
    }
    call.output.one(run, submitted(call));
    return 0;
  },
};

const submitted =
  (call: Call) =>
  (run: Run): string =>
    [
      `Submitted ${run.id}: ${run.display}${run.because ? `, ${run.because.message}` : ''}`,
      `  watch   ${call.settings.server.value}/runs/${run.id}`,
      `  log     deskhand runs logs ${run.id} --follow`,
      `  cancel  deskhand runs cancel ${run.id}`,
    ].join('\n');

async function requestOf(call: Call): Promise<SubmitRunRequest> {
  const api = await call.api();
  const mode = text(call, 'mode') as SubmitRunRequest['mode'] | undefined;
  const wanted = text(call, 'connection');
  if (mode === undefined) throw usageFailure('The run mode is missing.', '--mode attended or --mode unattended');
  if (wanted === undefined)
    throw usageFailure('The connection is missing.', '--connection NAME; see deskhand connections list');
  const flow = find('desktop flow', argument(call, 0), (await api.listFlows()).items);
  const connection = find('connection', wanted, (await api.listConnections()).items);
  const startDeadlineMs = timeOption(call, 'startDeadline');
  const executionTimeoutMs = timeOption(call, 'timeout');
  return {
    flowId: flow.id,
    connectionId: connection.id,
    mode,
    priority: text(call, 'priority') === 'high' ? 'high' : 'normal',
    inputs: await givenInputs(call, flow, connection.clusterId),
    ...(startDeadlineMs === undefined ? {} : { startDeadlineMs }),
    ...(executionTimeoutMs === undefined ? {} : { executionTimeoutMs }),
  };
}
