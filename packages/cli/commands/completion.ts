import { sharedOptions } from '../shared-options.ts';
import { argument, type Command } from '../command.ts';
import { usageFailure } from '../terminal/errors.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** Completion knows every command from the same values that run them; `commands` is given by the list of them. */
export const completionOf = (commands: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'Print the completion script of a shell.',
  arguments: [{ syntax: '<shell>', description: shells.join(', ') }],
  examples: [
    'deskhand completion bash > /etc/bash_completion.d/deskhand',
    'deskhand completion zsh > ~/.zfunc/_deskhand',
    'deskhand completion fish > ~/.config/fish/completions/deskhand.fish',
  ],
  exitCodes: [0],
  run: async (call) => {
    const shell = argument(call, 0);
    const words = wordsAfter(commands());
    const script =
      shell === 'bash' ? bash(words) : shell === 'zsh' ? zsh(words) : shell === 'fish' ? fish(words) : undefined;
    if (script === undefined) throw usageFailure(`There is no completion for "${shell}".`, shells.join(', '));
    call.output.one({ shell, script }, () => script);
    return 0;
  },
});

/** What may follow a beginning of a command line: `''`, `runs`, `runs submit`. */
export function wordsAfter(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, Set<string>>();
  const add = (before: string, word: string) => words.set(before, (words.get(before) ?? new Set()).add(word));
  for (const command of commands) {
    const [noun = '', verb] = command.name.split(' ');
    add('', noun);
    if (verb !== undefined) add(noun, verb);
    for (const { syntax } of command.options ?? []) add(command.name, longName(syntax));
    for (const [syntax] of sharedOptions) add(command.name, longName(syntax));
  }
  const queue = words.get('run-queue');
  if (queue) words.set('queue', queue);
  return new Map([...words].map(([before, after]) => [before, [...after].sort()]));
}

const longName = (syntax: string): string => /--[a-z-]+/.exec(syntax)?.[0] ?? '';

type Words = ReadonlyMap<string, readonly string[]>;

const bash = (words: Words): string =>
  [
    '_deskhand() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} before="" count=0 word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case $word in -*) continue ;; esac',
    '    before="${before:+$before }$word"; count=$((count + 1)); [ $count -eq 2 ] && break',
    '  done',
    '  case $before in',
    ...[...words].map(
      ([before, after]) => `    "${before}") COMPREPLY=($(compgen -W "${after.join(' ')}" -- "$current")) ;;`,
    ),
    '  esac',
    '}',
    'complete -o default -F _deskhand deskhand',
    '',
  ].join('\n');

const zsh = (words: Words): string =>
  ['#compdef deskhand', 'autoload -U +X bashcompinit && bashcompinit', bash(words)].join('\n');

const fish = (words: Words): string =>
  [
    ...[...words].map(([before, after]) => {
      const said = before.split(' ').filter((word) => word !== '');
      const condition =
        said.length === 0
          ? '__fish_use_subcommand'
          : said.map((w) => `__fish_seen_subcommand_from ${w}`).join('; and ');
      return `complete -c deskhand -n '${condition}' -a '${after.join(' ')}'`;
    }),
    '',
  ].join('\n');
