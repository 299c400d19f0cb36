import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { DryRun, Run, SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { inputSealContext, seal } from '@deskhand/protocol/seal.ts';
import { api } from '../../api/client.ts';
import { readInput, secretsOf, type Typed } from '../../forms/input-values.ts';
import { readDuration } from '../../forms/read-duration.ts';

/** What the form says about a run besides its inputs. */
export interface RunOrder {
  readonly connectionId: string;
  readonly mode: Run['mode'];
  readonly priority: Run['priority'];
  readonly startWithin: string;
  readonly timeout: string;
  /** Of the flow, for a run that is submitted again. */
  readonly version: 'current' | 'original';
}

interface SendRun {
  readonly flow: DesktopFlow;
  readonly order: RunOrder;
  readonly typed: Typed;
  readonly again: Run | undefined;
  readonly connection: Connection | undefined;
  readonly cluster: GatewayCluster | undefined;
  readonly idempotencyKey: string;
}

export type SendAnswer =
  | { readonly kind: 'sent'; readonly runId: string }
  | { readonly kind: 'invalid'; readonly problems: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly error: unknown };

/** Reads the form, seals what is sensitive, and submits or resubmits. */
export async function sendRun(send: SendRun): Promise<SendAnswer> {
  const read = readForm(send);
  if (Object.keys(read.problems).length > 0) return { kind: 'invalid', problems: read.problems };
  try {
    const inputs = await sealSensitive(send, read.inputs);
    const run = send.again ? await resubmit(send, inputs) : await submit(send, inputs);
    return { kind: 'sent', runId: run.id };
  } catch (error) {
    return { kind: 'refused', error };
  }
}

export type TryAnswer = { readonly kind: 'answered'; readonly answer: DryRun } | { readonly kind: 'invalid' };

/** What the form would lead to; throws what a submission would be refused by. */
export async function tryRun(form: Omit<SendRun, 'again' | 'idempotencyKey'>, signal: AbortSignal): Promise<TryAnswer> {
  const send = { ...form, again: undefined };
  const { problems, inputs } = readForm(send);
  if (Object.keys(problems).length > 0) return { kind: 'invalid' };
  const body = bodyOf(send, await sealSensitive(send, inputs));
  return { kind: 'answered', answer: await api.dryRun({ body, signal }) };
}

type Inputs = Readonly<Record<string, unknown>>;
/** As the server shows a sealed input: sent back, it means the value that the earlier run had. */
const KEPT = { sealed: true };

function readForm({ flow, order, typed, again, cluster }: Omit<SendRun, 'idempotencyKey'>) {
  const problems: Record<string, string> = {};
  const inputs: Record<string, unknown> = {};
  const kept = secretsOf(again?.inputs ?? {});
  for (const parameter of flow.inputs) {
    if (kept.has(parameter.name) && (typed[parameter.name] ?? '') === '') {
      inputs[parameter.name] = KEPT;
      continue;
    }
    const read = readInput(parameter, typed[parameter.name]);
    if (!read.ok) problems[parameter.name] = read.because;
    else if (read.value !== undefined) inputs[parameter.name] = read.value;
    if (parameter.sensitive && inputs[parameter.name] !== undefined && !cluster?.publicKey)
      problems[parameter.name] = 'This cluster has no key yet: enrol a gateway that signs accounts in first.';
  }
  for (const name of ['startWithin', 'timeout'] as const) {
    if (!again && order[name] !== '' && readDuration(order[name]) === null)
      problems[name] = 'Enter a time such as 3h, 90m or 1h 30m.';
  }
  return { problems, inputs };
}

/** To the key of the cluster that will run it; the server keeps only what it cannot open. */
async function sealSensitive({ flow, cluster }: Pick<SendRun, 'flow' | 'cluster'>, inputs: Inputs): Promise<Inputs> {
  const sealed: Record<string, unknown> = { ...inputs };
  for (const { name, sensitive } of flow.inputs) {
    const value = inputs[name];
    if (!sensitive || value === undefined || value === KEPT || !cluster?.publicKey) continue;
    const context = inputSealContext({ clusterId: cluster.id, flowId: flow.id, inputName: name });
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    sealed[name] = { sealed: await seal(cluster.publicKey, text, context) };
  }
  return sealed;
}

function submit(send: SendRun, inputs: Inputs): Promise<Run> {
  return api.submitRun({ body: bodyOf(send, inputs), idempotencyKey: send.idempotencyKey });
}

function bodyOf({ flow, order }: Pick<SendRun, 'flow' | 'order'>, inputs: Inputs): SubmitRunRequest {
  const startDeadlineMs = readDuration(order.startWithin);
  const executionTimeoutMs = readDuration(order.timeout);
  return {
    flowId: flow.id,
    connectionId: order.connectionId,
    mode: order.mode,
    priority: order.priority,
    inputs,
    ...(startDeadlineMs === null ? {} : { startDeadlineMs }),
    ...(executionTimeoutMs === null ? {} : { executionTimeoutMs }),
  };
}

function resubmit({ again, order, idempotencyKey }: SendRun, inputs: Inputs): Promise<Run> {
  const body = { inputs, version: order.version };
  return api.resubmitRun({ params: { id: again?.id ?? '' }, body, idempotencyKey });
}
