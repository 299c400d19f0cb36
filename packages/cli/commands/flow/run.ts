import type { RunnerResult, RunnerStart } from '@deskhand/protocol/runner.ts';
import { argument, type Call, type Command, flag, text, texts } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { cannot } from '../../terminal/errors.ts';
import { timeOption } from '../time-option.ts';
import { declaredInput, inputValue, parseInputs } from '../runs/inputs.ts';
import { nameOfFile, readScript } from './files.ts';
import { shownText } from './shown-text.ts';
import { pathsOf } from './windows-paths.ts';

const CULTURE_DEFAULT = 'en-US';

export const run: Command = {
  name: 'flow run',
  summary: 'Run a desktop flow here and now, in this session, without a server.',
  arguments: [{ syntax: '<file>', description: 'a Robin file, or - for standard input' }],
  options: [
    { syntax: '-i, --input <name=value>', description: 'an input; NAME=@file reads it, for secrets', repeated: true },
    { syntax: '--log', description: 'show every action, not only what went wrong and what the flow says' },
    { syntax: '--timeout <time>', description: 'end it when it takes longer, for example 30m' },
    {
      syntax: '--windows-path <from=to>',
      description: 'a Windows folder and the one that stands for it',
      repeated: true,
    },
    { syntax: '--culture <name>', description: 'how dates and numbers are written', default: CULTURE_DEFAULT },
  ],
  examples: [
    'deskhand flow run examples/hello-desktop.robin',
    'deskhand flow run invoices.robin --input Month=2026-10 --input Secret=@secret.txt',
    "deskhand flow run old.robin --windows-path 'C:\\Users\\ada=/home/ada' --json",
  ],
  exitCodes: [0, 1, 2],
  run: async (call) => {
    const start = await startOf(call);
    const { runHere } = await import('./run-here.ts');
    const ended = await runHere(start, {
      signal: call.signal,
      timeoutMs: timeOption(call, 'timeout'),
      onLine: (line) => showLine(call, line),
    });
    showResult(call, ended);
    if (call.signal.aborted) return 130;
    return exitOf(ended.state);
  },
};

const exitOf = (state: Ended['state']): ExitCode => (state === 'succeeded' ? 0 : 1);

/** What a run here ends with: the runner's own states, and the limit that this command keeps. */
export interface Ended extends Pick<RunnerResult, 'outputs' | 'error'> {
  readonly state: RunnerResult['state'] | 'timedOut';
}

async function startOf(call: Call): Promise<RunnerStart> {
  const file = argument(call, 0);
  const script = readScript(file);
  const { checkScript } = await import('./check-script.ts');
  const given = parseInputs(texts(call, 'input'));
  const windowsPaths = pathsOf(texts(call, 'windowsPath'));
  const checkedFor = { mode: 'lenient', inputs: [...given.keys()], pathMapping: windowsPaths } as const;
  const { flow, diagnostics } = checkScript(script, checkedFor);
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first)
    throw cannot(
      `${file} was not run.`,
      `line ${first.line}: ${first.message}`,
      `deskhand flow check ${file}`,
      first.code,
    );
  return {
    runId: 'here',
    attempt: 1,
    flowName: nameOfFile(file),
    script,
    ...(await inputsOf(given, flow)),
    secrets: [],
    windowsPaths,
    culture: text(call, 'culture') ?? CULTURE_DEFAULT,
    mode: 'here',
    channel: null,
    logLevel: flag(call, 'log') ? 'all' : 'problems',
  };
}

type Flow = Awaited<ReturnType<typeof import('./check-script.ts')['checkScript']>>['flow'];

async function inputsOf(
  given: ReadonlyMap<string, string>,
  flow: Flow,
): Promise<Pick<RunnerStart, 'inputs' | 'sensitive'>> {
  const { parameterFacts } = await import('@deskhand/robin');
  const declared = flow.header.inputs.map(parameterFacts);
  const inputs: Record<string, unknown> = {};
  for (const [name, value] of given) {
    const input = declaredInput(name, declared);
    inputs[input.name] = inputValue(value, input.type);
  }
  const missing = declared.filter(
    ({ name, isOptional, defaultValue }) => !(name in inputs) && !isOptional && defaultValue === undefined,
  );
  if (missing.length > 0)
    throw cannot(
      'The flow was not run.',
      `it needs the input${missing.length > 1 ? 's' : ''} ${missing.map(({ name }) => name).join(', ')}`,
      missing.map(({ name }) => `--input ${name}=VALUE`).join(' '),
      'input-missing',
    );
  const marked = new Set(flow.header.sensitive.map((name) => name.toLowerCase()));
  const isSensitive = (one: (typeof declared)[number]) => one.isSensitive || marked.has(one.name.toLowerCase());
  return { inputs, sensitive: declared.filter(isSensitive).map(({ name }) => name) };
}

type Line = Parameters<Parameters<typeof import('./run-here.ts')['runHere']>[1]['onLine']>[0];

function showLine(call: Call, line: Line): void {
  if (call.output.json && flag(call, 'log')) {
    call.output.line(line, () => '');
    return;
  }
  const place = `${line.subflow}:${line.line}`;
  const said = [line.action, line.message].filter((part) => part !== '').join(': ');
  call.output.hint(`${place.padEnd(12)} ${line.level === 'info' ? '' : `${line.level}: `}${shownText(said)}`);
}

function showResult(call: Call, ended: Ended): void {
  const { state, outputs, error } = ended;
  call.output.one({ state, outputs, error }, () =>
    Object.entries(outputs)
      .map(([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
      .join(''),
  );
  if (error) {
    const where = error.location ? ` (${error.location.subflow}, line ${error.location.line})` : '';
    call.terminal.error(`error: ${shownText(error.message)}${where}\ncode: ${error.code}\n`);
  } else if (!call.output.json) call.output.hint(state === 'succeeded' ? 'Succeeded.' : `The run ended: ${state}.`);
}
