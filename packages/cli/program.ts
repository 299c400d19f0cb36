import { Command as Parser, CommanderError, Option } from 'commander';
import type { Call, Command } from './command.ts';
import type { ExitCode } from './exit-code.ts';
import { sharedOptions } from './shared-options.ts';
import { failureOf } from './failure.ts';
import { commandHelp, nounHelp, rootHelp } from './help.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { CommandFailure, failureAsJson, printFailure, usageFailure } from './terminal/errors.ts';
import { outputOn } from './terminal/output.ts';
import { didYouMean } from './terminal/suggest.ts';
import { type ColourChoice, openTerminal, type Terminal } from './terminal/terminal.ts';
import { version } from './version.ts';

/** Words that stand for another command. */
const shortNames: Readonly<Record<string, string>> = { queue: 'run-queue' };
const colourChoices = ['auto', 'always', 'never'] as const;

/** Runs one command line and answers the exit code. Throws nothing. */
export async function runCommandLine(
  commands: readonly Command[],
  written: readonly string[],
  open: (choice: ColourChoice) => Terminal = openTerminal,
): Promise<ExitCode> {
  const words = withShortNames(written);
  const colour = colourChoices.find((choice) => words.includes(`--color=${choice}`)) ?? 'auto';
  const terminal = open(colour);
  const interrupted = new AbortController();
  const stop = () => interrupted.abort();
  process.once('SIGINT', stop);
  try {
    return await parseAndRun(commands, words, terminal, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    return report(error, words, terminal);
  } finally {
    process.off('SIGINT', stop);
  }
}

async function parseAndRun(
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (words[0] === '--version' || words[0] === '-V') {
    terminal.out(`${version()}\n`);
    return 0;
  }
  const overview = overviewOf(commands, words);
  if (overview !== undefined) {
    terminal.error(overview);
    return 3;
  }
  const unknown = unknownCommand(commands, words);
  if (unknown) throw unknown;
  const program = programOf(commands, words);
  if (program) return (await program.command.run(callOf(program.words, {}, terminal, signal))) ?? 0;
  let exit: ExitCode = 0;
  const parser = parserOf(commands, terminal, async (command, args, options) => {
    exit = (await command.run(callOf(args, options, terminal, signal))) ?? 0;
  });
  await parser.parseAsync([...words], { from: 'user' });
  return exit;
}

/** Half a command is answered with what could follow, on stderr because it is not what a script asked for. */
function overviewOf(commands: readonly Command[], [noun, verb]: readonly string[]): string | undefined {
  if (noun === undefined) return rootHelp(commands);
  const isNoun = commands.some(({ name }) => name.startsWith(`${noun} `));
  return isNoun && verb === undefined ? nounHelp(noun, commands) : undefined;
}

/** A command that is another program gets its words as they were written, but for a first --help. */
function programOf(commands: readonly Command[], words: readonly string[]) {
  const command = commands.find(
    ({ isProgram, name }) => isProgram && name === words.slice(0, name.split(' ').length).join(' '),
  );
  if (command === undefined) return undefined;
  const rest = words.slice(command.name.split(' ').length);
  return rest[0] === '--help' || rest[0] === '-h' ? undefined : { command, words: rest };
}

type Start = (command: Command, args: readonly string[], options: Record<string, unknown>) => Promise<void>;

function parserOf(commands: readonly Command[], terminal: Terminal, start: Start): Parser {
  const root = quietParser(new Parser('deskhand'), terminal, () => rootHelp(commands));
  const nouns = new Map<string, Parser>();
  for (const command of commands) {
    const [noun = '', verb] = command.name.split(' ');
    if (verb !== undefined && !nouns.has(noun))
      nouns.set(
        noun,
        quietParser(root.command(noun), terminal, () => nounHelp(noun, commands)),
      );
    const parser = (nouns.get(noun) ?? root).command(verb ?? noun);
    addWords(
      quietParser(parser, terminal, () => commandHelp(command)),
      command,
    );
    parser.action(async (...given: unknown[]) => {
      const args = given
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string');
      await start(command, args, parser.opts());
    });
  }
  return root;
}

function quietParser(parser: Parser, terminal: Terminal, help: () => string): Parser {
  parser.helpInformation = help;
  parser.exitOverride().helpCommand(false).showSuggestionAfterError(false);
  parser.configureOutput({ writeOut: terminal.out, writeErr: () => undefined });
  return parser;
}

function addWords(parser: Parser, command: Command): void {
  for (const { syntax, description } of command.arguments ?? []) parser.argument(syntax, description);
  for (const described of command.options ?? []) {
    const option = new Option(described.syntax, described.description);
    if (described.choices) option.choices([...described.choices]);
    if (described.default !== undefined) option.default(described.default);
    if (described.repeated) option.argParser((value: string, before: string[] = []) => [...before, value]);
    parser.addOption(option);
  }
  for (const [syntax, description] of sharedOptions) parser.option(syntax, description);
  parser.addOption(new Option('--json-fields <fields>').hideHelp());
}

function callOf(
  args: readonly string[],
  options: Record<string, unknown>,
  terminal: Terminal,
  signal: AbortSignal,
): Call {
  const settings = readSettings(flagsOf(options), process.env);
  const fields = typeof options.jsonFields === 'string' ? options.jsonFields.split(',') : [];
  const output = outputOn(terminal, {
    json: options.json === true || fields.length > 0,
    fields,
    quiet: options.quiet === true,
  });
  // The client is loaded when a command first speaks to the server, so that other commands start quickly.
  const api = async () => (await import('./api.ts')).connect(settings, process.env);
  return { arguments: args, options, settings, terminal, output, api, signal };
}

function flagsOf({
  server,
  color,
  serverFingerprint,
}: Record<string, unknown>): Partial<Record<keyof Settings, string>> {
  return {
    ...(typeof server === 'string' ? { server } : {}),
    ...(typeof color === 'string' ? { color } : {}),
    ...(typeof serverFingerprint === 'string' ? { 'server-fingerprint': serverFingerprint } : {}),
  };
}

/** `--json=id,state` becomes an option of its own, because an optional value would swallow the next word. */
function withShortNames(written: readonly string[]): readonly string[] {
  const [first, ...rest] = written.map((word) =>
    word.startsWith('--json=') ? word.replace('--json=', '--json-fields=') : word,
  );
  return first === undefined ? [] : [shortNames[first] ?? first, ...rest];
}

function unknownCommand(commands: readonly Command[], words: readonly string[]): CommandFailure | undefined {
  const [noun, verb] = words;
  if (noun === undefined || noun.startsWith('-') || commands.some(({ name }) => name === noun)) return undefined;
  const verbs = commands.flatMap(({ name }) => (name.startsWith(`${noun} `) ? [name.slice(noun.length + 1)] : []));
  if (verbs.length === 0) {
    const nouns = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
    return notACommand(noun, didYouMean(noun, nouns), 'deskhand --help');
  }
  if (verb === undefined || verb.startsWith('-') || verbs.includes(verb)) return undefined;
  const meant = didYouMean(verb, verbs);
  return notACommand(`${noun} ${verb}`, meant && `${noun} ${meant}`, `deskhand ${noun} --help`);
}

const notACommand = (written: string, meant: string | undefined, help: string): CommandFailure =>
  usageFailure(
    `There is no command "${written}".${meant ? ` Did you mean "${meant}"?` : ''}`,
    meant ? `deskhand ${meant}` : help,
  );

function report(error: unknown, words: readonly string[], terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return report(usageFailureOf(error, words), words, terminal);
  }
  const failure = failureOf(error);
  if (words.some((word) => word === '--json' || word.startsWith('--json-fields=')))
    terminal.out(`${JSON.stringify(failureAsJson(failure))}\n`);
  else printFailure(terminal, failure, words.includes('--debug'));
  if (words.includes('--debug') && error instanceof Error && error.stack) terminal.error(`${error.stack}\n`);
  return failure.exit;
}

function usageFailureOf(error: CommanderError, words: readonly string[]): CommandFailure {
  const what = error.message.replace(/^error: /, '');
  const command = words
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  return usageFailure(
    `${what.charAt(0).toUpperCase()}${what.slice(1)}${/[.?!]$/.test(what) ? '' : '.'}`,
    `deskhand ${command} --help`,
  );
}
