import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { Settings } from './config/settings.ts';
import type { ExitCode } from './exit-code.ts';
import type { Output } from './terminal/output.ts';
import type { Terminal } from './terminal/terminal.ts';

/** One command as data: help, completion, the manual and the run of it follow from here. */
export interface Command {
  /** `runs submit`: the noun, then the verb. */
  readonly name: string;
  readonly summary: string;
  /** In the order they are typed: `<run>`, `[module]`, `<file...>`. */
  readonly arguments?: readonly Described[];
  /** `--priority <priority>`; every command also has the common ones. */
  readonly options?: readonly OptionDescription[];
  /** Two or three lines that work as they are. */
  readonly examples: readonly string[];
  /** The exit codes it can end with, besides 3 (usage) and 130 (interrupted). */
  readonly exitCodes: readonly ExitCode[];
  /** Starts another program, which reads every word after the name itself; only --help is ours. */
  readonly isProgram?: boolean;
  /** Answers the exit code; nothing means done. */
  readonly run: (call: Call) => Promise<ExitCode | undefined>;
}

export interface Described {
  readonly syntax: string;
  readonly description: string;
}

export interface OptionDescription extends Described {
  /** The values that are accepted; completion offers them. */
  readonly choices?: readonly string[];
  readonly default?: string;
  /** May be given several times. */
  readonly repeated?: boolean;
}

/** What a command is given: its words, and the few things of the outside it may use. */
export interface Call {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly output: Output;
  /** Connects nowhere by itself: the first operation does. */
  readonly api: () => Promise<ApiClient>;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

export const text = (call: Call, option: string): string | undefined => {
  const value = call.options[option];
  return typeof value === 'string' ? value : undefined;
};
export const flag = (call: Call, option: string): boolean => call.options[option] === true;
export const texts = (call: Call, option: string): readonly string[] =>
  (call.options[option] as string[] | undefined) ?? [];
export const argument = (call: Call, index: number): string => call.arguments[index] ?? '';
