import { exitCodes } from '@deskhand/protocol/errors.ts';
import type { Command, Described } from './command.ts';
import { sharedOptions } from './shared-options.ts';

const SYNTAX_COLUMN = 30;
const DOCUMENTS = 'docs/overview.md, docs/errors.md';

const entry = (syntax: string, description: string): string =>
  syntax.length >= SYNTAX_COLUMN - 2
    ? `  ${syntax}\n  ${' '.repeat(SYNTAX_COLUMN)}${description}`
    : `  ${syntax.padEnd(SYNTAX_COLUMN)}${description}`;

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `\n${title}\n${lines.join('\n')}\n`;

/** One line, usage, examples, then the rest: what people look for stands first. */
export function commandHelp(command: Command): string {
  const usage = ['deskhand', command.name, ...(command.arguments ?? []).map(({ syntax }) => syntax), '[options]'];
  const described = ({ syntax, description }: Described): string => entry(syntax, description);
  return [
    `${command.summary}\n\n  ${usage.join(' ')}\n`,
    section(
      'Examples',
      command.examples.map((line) => `  ${line}`),
    ),
    section('Arguments', (command.arguments ?? []).map(described)),
    section(
      'Options',
      (command.options ?? []).map((option) => entry(option.syntax, withDefault(option))),
    ),
    command.isProgram
      ? ''
      : section(
          'Common options',
          [...sharedOptions, ['-h, --help', 'this text'] as const].map(([s, d]) => entry(s, d)),
        ),
    section(
      'Exit codes',
      [0, ...command.exitCodes.filter((code) => code !== 0), 3].map((code) => entry(String(code), meaning(code))),
    ),
    `\nSee also: ${DOCUMENTS}\n`,
  ].join('');
}

const meaning = (code: number): string => exitCodes[code as keyof typeof exitCodes];

const withDefault = ({ description, default: value, choices }: NonNullable<Command['options']>[number]): string =>
  [description, choices ? `(${choices.join(', ')})` : '', value === undefined ? '' : `(default: ${value})`]
    .filter((part) => part !== '')
    .join(' ');

export function nounHelp(noun: string, commands: readonly Command[]): string {
  const verbs = commands.filter(({ name }) => name.startsWith(`${noun} `));
  return [
    `deskhand ${noun} <verb>\n`,
    section(
      'Verbs',
      verbs.map(({ name, summary }) => entry(name.slice(noun.length + 1), summary)),
    ),
    `\nMore: deskhand ${noun} <verb> --help\n`,
  ].join('');
}

export function rootHelp(commands: readonly Command[]): string {
  const line = ({ name, summary }: Command): string => entry(name, summary);
  const alone = commands.filter(({ name }) => !name.includes(' '));
  const grouped = commands.filter(({ name }) => name.includes(' '));
  return [
    'Deskhand runs desktop flows on the machines where they belong.\n\n  deskhand <command> [options]\n',
    section('Examples', [
      '  deskhand up',
      '  deskhand flow check examples/*.robin',
      '  deskhand runs submit Invoices --connection kiosk --mode unattended --wait',
    ]),
    section('Commands', alone.map(line)),
    section('Commands on things', grouped.map(line)),
    '\nMore: deskhand <command> --help · deskhand help exit-codes\n',
  ].join('');
}
