import type { RunId } from '@deskhand/domain/brand.ts';
import { judgeExecutionTimeout, judgeStartDeadline } from '@deskhand/domain/run/deadlines.ts';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import type { SubmitRunRequest } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { type Caller, done, type Outcome, type Refusal, refuse } from '../../ports/outcome.ts';
import type { NewRun, SubmitFacts } from '../../ports/runs.ts';
import type { RunPorts, SubmitTarget } from './run-ports.ts';
import { isSealed } from './run-to-wire.ts';

/** A submission from a person, from a resubmit or from a cloud flow. */
export interface Submission {
  readonly flowId: string;
  /** Null is the current version at this moment; the run keeps it whatever is saved later. */
  readonly flowVersion: number | null;
  readonly connectionId: string;
  readonly mode: NewRun['mode'];
  readonly priority: NewRun['priority'];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly startDeadlineMs: number | null;
  readonly executionTimeoutMs: number | null;
  readonly resubmitOf: RunId | null;
}

export function submissionOf(request: SubmitRunRequest): Submission {
  return {
    flowId: request.flowId,
    flowVersion: null,
    connectionId: request.connectionId,
    mode: request.mode,
    priority: request.priority ?? 'normal',
    inputs: request.inputs ?? {},
    startDeadlineMs: request.startDeadlineMs ?? null,
    executionTimeoutMs: request.executionTimeoutMs ?? null,
    resubmitOf: null,
  };
}

export interface Judged {
  readonly target: SubmitTarget;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly exception: string | null;
}

/** The rules of a submission, before anything is planned or kept. */
export function judge(
  ports: Pick<RunPorts, 'accountRule'>,
  caller: Caller,
  submission: Submission,
  facts: SubmitFacts,
): Outcome<Judged> {
  const target = targetOf(caller, submission, facts);
  if (!target.ok) return target;
  const time = refusedTime(submission);
  if (time !== undefined) return time;
  const inputs = judgeInputs(target.value.flow.inputs, submission.inputs);
  if (!inputs.ok) return inputs;
  const accounts = ports.accountRule(caller, target.value);
  if (!accounts.ok) return accounts;
  return done({ target: target.value, inputs: inputs.value, exception: accounts.value.exception });
}

/** Flow and connection must be there and be the caller's to use. */
function targetOf(
  caller: Caller,
  submission: Submission,
  { flow, connection, cluster }: SubmitFacts,
): Outcome<SubmitTarget> {
  const isAdmin = caller.roles.includes('admin');
  const mayRun = flow !== null && (isAdmin || [flow.ownerId, ...flow.coOwners, ...flow.users].includes(caller.id));
  if (!mayRun) return refuse('not-found', { what: 'desktop flow' });
  // Not even an admin runs code as an account whose connection was not shared with them.
  const mayUse = connection !== null && (connection.ownerId === caller.id || connection.sharedWith.includes(caller.id));
  if (!mayUse || cluster === null) return refuse('not-found', { what: 'connection' });
  if (flow.problems > 0)
    return refuse('flow-not-parsable', { detail: `${String(flow.problems)} found when it was saved` });
  if (submission.mode === 'unattended' && !connection.hasPassword && !cluster.needsNoPassword) {
    return refuse('connection-has-no-password');
  }
  return done({ flow, connection, cluster });
}

function refusedTime({ startDeadlineMs, executionTimeoutMs }: Submission): Refusal | undefined {
  const deadline = startDeadlineMs === null ? undefined : judgeStartDeadline(startDeadlineMs);
  if (deadline?.ok === false) return refuse('invalid-request', { detail: `startDeadlineMs is ${deadline.because}` });
  const timeout = executionTimeoutMs === null ? undefined : judgeExecutionTimeout(executionTimeoutMs);
  if (timeout?.ok === false) return refuse('invalid-request', { detail: `executionTimeoutMs is ${timeout.because}` });
  return undefined;
}

/** Names compare as the language does, without case; a run stores each value under the name that the flow declares. */
export function judgeInputs(
  parameters: readonly FlowParameter[],
  given: Readonly<Record<string, unknown>>,
): Outcome<Record<string, unknown>> {
  if (Buffer.byteLength(JSON.stringify(given)) > limits.INPUTS_BYTES_MAX) {
    return refuse('too-large', { what: 'The input', limit: `${String(limits.INPUTS_BYTES_MAX)} bytes` });
  }
  const declared = new Map(parameters.map((parameter) => [parameter.name.toLowerCase(), parameter]));
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const parameter = declared.get(name.toLowerCase());
    if (parameter === undefined) return refuse('unknown-input', { name });
    if (parameter.sensitive && value !== null && value !== '' && !isSealed(value)) {
      return refuse('invalid-request', {
        detail: `the input ${parameter.name} is sensitive and must be sealed to the cluster’s key`,
      });
    }
    values[parameter.name] = value;
  }
  const missing = parameters.find((parameter) => !parameter.optional && !(parameter.name in values));
  return missing === undefined ? done(values) : refuse('missing-input', { name: missing.name });
}
