import { parseFlow } from '../syntax/parse-flow.ts';
import {
  type ActionCall,
  type ActionContext,
  type ActionDefinition,
  ActionError,
  type ActionModule,
  type ActionResult,
  type LogLevel,
  type SelectorDefinition,
} from './action.ts';
import { toText } from './print-value.ts';
import type { StatementEvent } from './flow-events.ts';
import { type FlowOutcome, runFlow } from './run-flow.ts';
import type { ListValue, RobinValue } from './values.ts';

/** A world for tests of the interpreter: a few actions, a clock that moves only by waiting, and a record of all of it. */
export interface TestWorld {
  readonly said: string[];
  readonly logged: string[];
  readonly events: StatementEvent[];
  readonly waitedMs: number[];
  readonly abort: AbortController;
  readonly run: (text: string, options?: TestRun) => Promise<FlowOutcome>;
}
export interface TestRun {
  readonly inputs?: Readonly<Record<string, RobinValue>>;
  readonly isObserved?: boolean;
  /** Called at each turn of the event loop. */
  readonly onTurn?: () => void;
}

export function createTestWorld(): TestWorld {
  const record = {
    said: [] as string[],
    logged: [] as string[],
    events: [] as StatementEvent[],
    waitedMs: [] as number[],
  };
  const abort = new AbortController();
  let nowMs = 0;
  const clockMs = () => nowMs;
  const modules = testModules(record.said, clockMs);
  const context = testContext(abort.signal, record.logged);
  const run: TestWorld['run'] = async (text, { inputs = {}, isObserved = true, onTurn } = {}) => {
    const { flow, diagnostics } = parseFlow(text, { mode: 'strict' });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(errors.map(({ line, message }) => `${line}: ${message}`).join('\n'));
    const observer = { onStatement: (event: StatementEvent) => void record.events.push(event) };
    return runFlow(flow, {
      modules,
      context,
      inputs,
      clockMs,
      wait: async (durationMs, signal) => {
        signal.throwIfAborted();
        record.waitedMs.push(durationMs);
        nowMs += durationMs;
      },
      yieldTurn: async () => onTurn?.(),
      ...(isObserved ? { observer } : {}),
    });
  };
  return { ...record, abort, run };
}

export const testContext = (signal: AbortSignal, logged: string[]): ActionContext => ({
  signal,
  now: () => new Date(0),
  random: () => 0,
  culture: 'en-US',
  timeZone: 'UTC',
  environment: {},
  workingFolder: '/',
  resolvePath: (written) => written.replace(/^C:\\/i, '/c/').replaceAll('\\', '/'),
  log: (level: LogLevel, message: string) => void logged.push(`${level}: ${message}`),
  dialogs: { message: async () => ({ button: 'OK' }) },
  instances: {
    open: () => 1,
    get: () => undefined,
    close: async () => undefined,
    closeAll: async () => undefined,
  },
});

/** An action with one form; the rest of the declaration is the same for all of them. */
function action(id: string, form: SelectorDefinition, extra: Partial<ActionDefinition> = {}): ActionDefinition {
  return { id, title: '', summary: '', linux: 'core', errors: [], selectors: { '': form }, ...extra };
}

export const testModules = (said: string[], clockMs: () => number): readonly ActionModule[] => [
  {
    name: 'Test',
    title: 'Test',
    actions: [...speaking(said), failing(), ...waiting(), condition(clockMs), taking],
  },
  { name: 'Variables', title: 'Variables', actions: changing },
  { name: 'FlowControl', title: 'Flow control', actions: [throwing] },
];

function speaking(said: string[]): ActionDefinition[] {
  const text = { Text: { type: 'text' } } as const;
  const say = (call: ActionCall): ActionResult => {
    said.push(String(call.arguments['Text']));
    return {};
  };
  const log = (call: ActionCall): ActionResult => {
    call.context.log('info', String(call.arguments['Text']));
    return {};
  };
  return [
    action('Test.Say', { arguments: text, outputs: {}, run: say }, { aliases: ['Test.Speak'] }),
    action('Test.Log', { arguments: text, outputs: {}, run: log }),
  ];
}

/** Fails so many times for each code, then answers. */
function failing(): ActionDefinition {
  const failures = new Map<string, number>();
  return action('Test.Fail', {
    arguments: { Code: { type: 'text', default: 'TestError' }, Times: { type: 'integer', default: 1_000 } },
    outputs: { Result: { type: 'text' } },
    run: (call) => {
      const code = String(call.arguments['Code']);
      const seen = failures.get(code) ?? 0;
      failures.set(code, seen + 1);
      if (seen < Number(call.arguments['Times'])) throw new ActionError(code, `${code} happened`);
      return { outputs: { Result: `after ${seen}` } };
    },
  });
}

const waiting = (): ActionDefinition[] => [
  action('Test.Later', {
    arguments: { Value: { type: 'any' } },
    outputs: { Result: { type: 'any' } },
    run: async (call) => ({ outputs: { Result: call.arguments['Value'] as RobinValue } }),
  }),
  action('Test.Hang', { arguments: {}, outputs: {}, run: () => new Promise(() => undefined) }),
];

function condition(clockMs: () => number): ActionDefinition {
  const isTrue: SelectorDefinition = {
    arguments: { Value: { type: 'any' } },
    outputs: {},
    run: (call) => ({ holds: call.arguments['Value'] === true }),
  };
  const after: SelectorDefinition = {
    arguments: { Seconds: { type: 'number' } },
    outputs: { Seen: { type: 'number' } },
    run: async (call) => ({
      holds: clockMs() >= Number(call.arguments['Seconds']) * 1000,
      outputs: { Seen: clockMs() },
    }),
  };
  const broken: SelectorDefinition = {
    arguments: {},
    outputs: {},
    run: () => {
      throw new ActionError('BrokenError', 'broken');
    },
  };
  const selectors = { True: isTrue, After: after, Broken: broken };
  return action('Test.Is', isTrue, { selectors, isCondition: true });
}

/** Answers what it was given, as text. */
const taking = action('Test.Take', {
  arguments: {
    Number: { type: 'number', default: null },
    Whole: { type: 'integer', default: null },
    Flag: { type: 'boolean', default: null },
    List: { type: 'list', default: null },
    File: { type: 'file', default: null },
    Files: { type: 'files', default: null },
    Moment: { type: 'datetime', default: null },
    Size: { type: 'enum', enum: 'Test.Size', members: ['Small', 'Large'], default: 'Small' },
    Password: { type: 'secret', default: null },
  },
  outputs: { Taken: { type: 'text' } },
  takesDynamicArguments: true,
  run: (call) => ({ outputs: { Taken: described(call.arguments, call.dynamic) } }),
});

const changing: ActionDefinition[] = [
  action('Variables.IncreaseVariable', {
    arguments: { Value: { type: 'number', inPlace: true }, IncrementValue: { type: 'number' } },
    outputs: {},
    run: ({ arguments: { Value, IncrementValue } }) => ({ changed: { Value: Number(Value) + Number(IncrementValue) } }),
  }),
  action('Variables.AddItemToList', {
    arguments: { Item: { type: 'any' }, List: { type: 'list', inPlace: true } },
    outputs: {},
    run: ({ arguments: { Item, List } }) => {
      const list = List as ListValue;
      list.items.push(Item as RobinValue);
      return { changed: { List: list } };
    },
  }),
];

const throwing = action('FlowControl.ThrowCustomError', {
  arguments: { CustomErrorCode: { type: 'text' }, CustomErrorMessage: { type: 'text', default: '' } },
  outputs: {},
  run: ({ arguments: { CustomErrorCode, CustomErrorMessage } }) => {
    throw new ActionError(String(CustomErrorCode), String(CustomErrorMessage));
  },
});

function described(given: Readonly<Record<string, unknown>>, dynamic: ReadonlyMap<string, RobinValue>): string {
  const shown = (value: unknown): string =>
    Array.isArray(value) ? `[${value.join(', ')}]` : toText(value as RobinValue).replaceAll('\n', ', ');
  const named = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${shown(value)}`,
  );
  return [...named, ...[...dynamic].map(([name, value]) => `@${name}=${shown(value)}`)].join(' ');
}
