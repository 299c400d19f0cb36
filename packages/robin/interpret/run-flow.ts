import type { Flow } from '../syntax/nodes.ts';
import type { ActionContext, ActionModule, LogLevel } from './action.ts';
import { cloneValue } from './clone.ts';
import { toBoolean, toList, toNumber } from './coerce.ts';
import { compileFlow, type Program } from './compile-flow.ts';
import type { RaisedError } from './failure.ts';
import type { FlowFailure, FlowObserver } from './flow-events.ts';
import { initialValue, type ParameterFacts, parameterFacts } from './flow-parameters.ts';
import type { Frame, StepMeta, Variables } from './frame.ts';
import { drive, type Ending, type Machine } from './machine.ts';
import { createMasker, type Masker } from './masker.ts';
import { toText } from './print-value.ts';
import { blank, type RobinValue } from './values.ts';

export interface FlowRunOptions {
  readonly modules: readonly ActionModule[];
  readonly context: ActionContext;
  /** By input name, in any case; missing ones take their default. */
  readonly inputs: Readonly<Record<string, RobinValue>>;
  readonly observer?: FlowObserver;
  /** A monotonic clock, for durations and time-outs. */
  readonly clockMs: () => number;
  /** Resolves after so many milliseconds, or rejects when the signal is aborted. */
  readonly wait: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** Resolves after a turn of the event loop, so that a flow that never waits can still be cancelled. */
  readonly yieldTurn: () => Promise<void>;
  /** Shared with the caller's own log; left out, the run makes one. */
  readonly masker?: Masker;
}

export type FlowOutcome =
  | { readonly state: 'succeeded'; readonly outputs: Readonly<Record<string, RobinValue>> }
  | {
      readonly state: 'failed';
      readonly error: FlowFailure;
      /** Values that outputs had when the flow ended. */
      readonly outputs: Readonly<Record<string, RobinValue>>;
    }
  | { readonly state: 'cancelled' };

/** Runs a parsed flow. Never rejects: what goes wrong is the outcome. Run `checkFlow` first, and only run a clean flow. */
export async function runFlow(flow: Flow, options: FlowRunOptions): Promise<FlowOutcome> {
  const inputs = flow.header.inputs.map(parameterFacts);
  const outputs = flow.header.outputs.map(parameterFacts);
  const program = compileFlow(flow, options.modules, sensitiveNames(flow, [...inputs, ...outputs]));
  const masker = options.masker ?? createMasker();
  const globals: Variables = new Array<undefined>(program.globals.names.length);
  const machine = createMachine(program, globals, masker, options);
  try {
    for (const facts of [...outputs, ...inputs]) {
      const value = inputValue(facts, options);
      if (isSensitive(facts, flow)) masker.add(value);
      globals[program.globals.slotOf(facts.name)] = value;
    }
  } catch (refused) {
    return unfitInput(flow, refused);
  }
  return outcomeOf(await drive(machine), () => read(outputs, program, globals));
}

const sensitiveNames = (flow: Flow, facts: readonly ParameterFacts[]): ReadonlySet<string> =>
  new Set([...flow.header.sensitive, ...facts.filter((one) => one.isSensitive).map(({ name }) => name)].map(lower));

const isSensitive = ({ name, isSensitive }: ParameterFacts, flow: Flow): boolean =>
  isSensitive || flow.header.sensitive.some((one) => lower(one) === lower(name));

const lower = (text: string): string => text.toLowerCase();

function inputValue(facts: ParameterFacts, { inputs, context }: FlowRunOptions): RobinValue {
  const given = Object.entries(inputs).find(([name]) => lower(name) === lower(facts.name))?.[1];
  if (given === undefined) return cloneValue(initialValue(facts));
  switch (lower(facts.type)) {
    case 'numeric':
    case 'number':
      return toNumber(given);
    case 'bool':
    case 'boolean':
      return toBoolean(given);
    case 'list':
      return cloneValue(toList(given));
    case 'string':
    case 'text':
      return typeof given === 'object' && given.kind === 'secret' ? given : toText(given, context);
    default:
      return cloneValue(given);
  }
}

function unfitInput(flow: Flow, refused: unknown): FlowOutcome {
  const message = refused instanceof Error ? refused.message : String(refused);
  const location = { subflow: flow.main.name, line: 1, actionIndex: 0 };
  const error = { code: 'InputError', message, details: '', location, actionName: '' };
  return { state: 'failed', error, outputs: {} };
}

function createMachine(program: Program, globals: Variables, masker: Masker, options: FlowRunOptions): Machine {
  const { context, observer, clockMs } = options;
  const log = (level: LogLevel, message: string): void => {
    const masked = masker.maskText(message);
    context.log(level, masked);
    const { code, pc } = machine.frame;
    const location = code.metas[pc]?.location;
    if (location !== undefined) observer?.onLog?.(level, masked, location);
  };
  const machine: Machine = {
    context,
    actionContext: { ...context, log },
    print: { culture: context.culture, timeZone: context.timeZone },
    masker,
    clockMs,
    wait: (durationMs) => options.wait(durationMs, context.signal),
    stop: (code, message, meta) => {
      machine.ending = endingOf(code, masker.maskText(message), meta);
    },
    observer,
    startedMs: clockMs(),
    yieldTurn: options.yieldTurn,
    frame: undefined as unknown as Frame,
    callDepth: 0,
    lastError: undefined,
    ending: undefined,
  };
  const { main } = program;
  const vars = main.localCount === 0 ? globals : new Array<undefined>(main.localCount);
  const slots = new Array<unknown>(main.slotCount);
  machine.frame = {
    code: main,
    vars,
    globals,
    slots,
    machine,
    caller: undefined,
    finish: undefined,
    pc: 0,
    returnTo: 0,
  };
  return machine;
}

function endingOf(code: number, message: string, meta: StepMeta): Ending {
  if (code === 0 && message === '') return { state: 'finished' };
  const text = message === '' ? `The flow ended itself with code ${code}.` : message;
  const { location, name: actionName } = meta;
  const error: RaisedError = {
    code: 'FlowExitError',
    message: text,
    details: `Exit code ${code}`,
    location,
    actionName,
    isLogic: false,
    isUser: false,
  };
  return { state: 'failed', error };
}

const read = (
  outputs: readonly ParameterFacts[],
  { globals }: Program,
  values: Variables,
): Record<string, RobinValue> =>
  Object.fromEntries(outputs.map(({ name }) => [name, values[globals.slotOf(name)] ?? blank]));

function outcomeOf(ending: Ending, outputs: () => Record<string, RobinValue>): FlowOutcome {
  if (ending.state === 'cancelled') return { state: 'cancelled' };
  if (ending.state === 'finished') return { state: 'succeeded', outputs: outputs() };
  const { code, message, details, location, actionName } = ending.error;
  return { state: 'failed', error: { code, message, details, location, actionName }, outputs: outputs() };
}
