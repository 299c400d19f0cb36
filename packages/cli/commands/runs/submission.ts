import type { SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { argument, type Call, type Command, text } from '../../command.ts';
import { find } from '../../find.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { timeOption } from '../time-option.ts';
import { givenInputs } from './given-inputs.ts';

/** What a submission is said with, whether it is submitted or asked about. */
export const submissionOptions: NonNullable<Command['options']> = [
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
];

/** The first argument is the flow. */
export async function requestOf(call: Call): Promise<SubmitRunRequest> {
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
