import { LogLine, RunFailure } from '@deskhand/protocol/http/runs.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { RunnerEvent } from '@deskhand/protocol/runner.ts';
import Type from 'typebox';
import { Compile } from 'typebox/compile';

const kind = <K extends string>(value: K) => ({ type: Type.Literal(value) });
const seq = Type.Integer({ minimum: 0 });

const Result = Type.Object({
  ...kind('result'),
  result: Type.Object({
    state: Type.Union([Type.Literal('succeeded'), Type.Literal('failed'), Type.Literal('cancelled')]),
    outputs: Type.Record(Type.String(), Type.Unknown()),
    error: Type.Union([RunFailure, Type.Null()]),
    lastLogSeq: seq,
    logLinesLost: seq,
  }),
});
const Log = Type.Object({
  ...kind('log'),
  lines: Type.Array(LogLine, { maxItems: limits.LOG_LINES_PER_MESSAGE_MAX }),
});
const Hello = Type.Object({
  ...kind('hello'),
  runId: Type.String({ maxLength: 64 }),
  attempt: Type.Integer(),
  secret: Type.String({ maxLength: 200 }),
  pid: Type.Integer(),
});
const Told = Type.Union([
  Hello,
  Type.Object({
    ...kind('started'),
    uid: Type.Integer(),
    display: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  }),
  Type.Object({ ...kind('spooled'), lastLogSeq: seq }),
  Type.Object({ ...kind('screenshotWanted'), caption: Type.String({ maxLength: 300 }) }),
  Result,
]);
const toldCheck = Compile(Told);
const spoolCheck = Compile(Type.Union([Log, Result]));

export type ToldEvent = Exclude<RunnerEvent, { type: 'log' }>;
export type SpooledEvent = Extract<RunnerEvent, { type: 'log' | 'result' }>;

/** A line from the socket; undefined for anything that a runner of ours would not say. */
export function parseToldLine(line: string): ToldEvent | undefined {
  const value = parseJson(line);
  return toldCheck.Check(value) ? (value as ToldEvent) : undefined;
}

/** A line of the spool; other events, torn lines and whatever else stands there are passed over. */
export function parseSpoolLine(line: string): SpooledEvent | undefined {
  const value = parseJson(line);
  return spoolCheck.Check(value) ? (value as SpooledEvent) : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
