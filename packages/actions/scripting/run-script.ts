import type { ActionCall, ActionErrorCode } from '@deskhand/robin';
import { failure } from '../declare/errors.ts';
import { readNumber } from '../declare/read-argument.ts';
import { decodeText, fileEncoding, type TextEncoding } from '../encoding/text-encoding.ts';
import { PROCESS_OUTPUT_MAX_BYTES, type ProcessOutcome, runProcess } from '../process/run-process.ts';
import { environmentOf } from '../system/environment.ts';
import { scriptErrors } from './errors.ts';

export interface Script {
  readonly command: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly encoding?: TextEncoding;
}

export interface ScriptAnswer {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

/** Runs a script to its end; the call's `Timeout`, where it has one, is in seconds. */
export async function runScript(call: ActionCall, script: Script, error: ActionErrorCode): Promise<ScriptAnswer> {
  const { context } = call;
  const seconds = call.arguments['Timeout'] === undefined ? undefined : readNumber(call, 'Timeout');
  const outcome = await started(call, script, seconds, error);
  if (outcome.timedOut) {
    throw failure(
      scriptErrors.FailedToRunScriptInTheAllottedTimeError,
      `The script did not end within ${seconds} seconds and was ended.`,
    );
  }
  if (outcome.truncated) {
    context.log(
      'warning',
      `The script wrote more than ${PROCESS_OUTPUT_MAX_BYTES / 1024 / 1024} MB; the rest is cut off.`,
    );
  }
  const encoding = script.encoding ?? fileEncoding('UTF8NoBOM');
  return {
    output: decodeText(outcome.stdout, encoding),
    errors: decodeText(outcome.stderr, encoding),
    exitCode: outcome.exitCode,
  };
}

async function started(
  call: ActionCall,
  script: Script,
  seconds: number | undefined,
  error: ActionErrorCode,
): Promise<ProcessOutcome> {
  const { context } = call;
  try {
    return await runProcess({
      command: script.command,
      args: script.args,
      folder: script.folder ?? context.workingFolder,
      environment: { ...environmentOf(context), ...script.environment },
      signal: context.signal,
      ...(script.input === undefined ? {} : { input: script.input }),
      ...(seconds === undefined ? {} : { timeoutMs: seconds * 1_000 }),
    });
  } catch (cause) {
    context.signal.throwIfAborted();
    throw failure(error, `${script.command} could not be started.`, cause);
  }
}
