import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { argument, type Call, type Command, text, texts } from '../../command.ts';
import { find } from '../../find.ts';
import { cannot, usageFailure } from '../../terminal/errors.ts';
import { timeOption } from '../time-option.ts';
import { declaredInput, inputValue, parseInputs } from './inputs.ts';

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
    inputs: await inputsFor(call, flow, connection),
    ...(startDeadlineMs === undefined ? {} : { startDeadlineMs }),
    ...(executionTimeoutMs === undefined ? {} : { executionTimeoutMs }),
  };
}

async function inputsFor(call: Call, flow: DesktopFlow, connection: Connection): Promise<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const [written, value] of parseInputs(texts(call, 'input'))) {
    const declared = declaredInput(written, flow.inputs);
    inputs[declared.name] = declared.sensitive
      ? await sealedInput(call, flow, connection, declared.name, value)
      : inputValue(value, declared.type);
  }
  return inputs;
}

/** A sensitive input leaves this process only as something the cluster's gateways can open. */
async function sealedInput(call: Call, flow: DesktopFlow, connection: Connection, inputName: string, value: string) {
  const { inputSealContext, seal } = await import('@deskhand/protocol/seal.ts');
  const cluster = await (await call.api()).getCluster({ params: { id: connection.clusterId } });
  if (cluster.publicKey === null)
    throw cannot(
      `The sensitive input ${inputName} cannot be sent.`,
      `the cluster ${cluster.name} has no key yet, so nobody could open it`,
      'enrol a gateway that signs accounts in',
      'cluster-without-key',
    );
  const context = inputSealContext({ clusterId: cluster.id, flowId: flow.id, inputName });
  return { sealed: await seal(cluster.publicKey, value, context) };
}
