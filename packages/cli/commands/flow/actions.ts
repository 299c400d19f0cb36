import type { ActionDefinition, SelectorDefinition } from '@deskhand/robin';
import { argument, type Command } from '../../command.ts';
import { CommandFailure } from '../../terminal/errors.ts';
import { didYouMean } from '../../terminal/suggest.ts';

export const actions: Command = {
  name: 'flow actions',
  summary: 'List the actions that run here, or those of one module with their arguments.',
  arguments: [{ syntax: '[module]', description: 'for example File' }],
  examples: ['deskhand flow actions', 'deskhand flow actions File', 'deskhand flow actions File --json'],
  exitCodes: [0, 5],
  run: async (call) => {
    const { actionModules } = await import('@deskhand/actions');
    const wanted = argument(call, 0);
    if (wanted === '') {
      const all = actionModules.flatMap((module) => module.actions).map(listed);
      call.output.list(
        all,
        [
          { title: 'action', cell: (action) => action.id },
          { title: 'runs on linux', cell: (action) => (action.linux === 'windows' ? 'no' : 'yes') },
          { title: 'what it does', cell: (action) => action.title, cut: 1 },
        ],
        '',
      );
      return 0;
    }
    const module = actionModules.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (module === undefined)
      throw unknownModule(
        wanted,
        actionModules.map(({ name }) => name),
      );
    for (const action of module.actions) call.output.line(listed(action), () => `${describe(action)}\n`);
    return 0;
  },
};

const listed = ({ id, title, summary, linux, selectors }: ActionDefinition) => ({
  id,
  title,
  summary,
  linux,
  selectors: Object.entries(selectors).map(([name, selector]) => ({
    name,
    arguments: Object.entries(selector.arguments).map(([argumentName, { type, members, default: value }]) => ({
      name: argumentName,
      type,
      required: value === undefined,
      members: members ?? [],
    })),
    outputs: Object.entries(selector.outputs).map(([outputName, { type }]) => ({ name: outputName, type })),
  })),
});

function describe(action: ActionDefinition): string {
  const forms = Object.entries(action.selectors).map(([name, selector]) => `  ${form(action.id, name, selector)}`);
  return [`${action.id}: ${action.title}. ${action.summary}`, ...forms].join('\n');
}

function form(id: string, name: string, { arguments: taken, outputs }: SelectorDefinition): string {
  const given = Object.entries(taken).map(([argumentName, { type, members, default: value }]) => {
    const shown = `${argumentName}: ${members ? members.join('|') : type}`;
    return value === undefined ? shown : `[${shown}]`;
  });
  const answers = Object.entries(outputs).map(([output, { type }]) => `${output}=> ${type}`);
  return [name === '' ? id : `${id}.${name}`, ...given, ...answers].join(' ');
}

function unknownModule(written: string, known: readonly string[]): CommandFailure {
  const meant = didYouMean(written, known);
  return new CommandFailure({
    what: `There is no module "${written}".${meant ? ` Did you mean "${meant}"?` : ''}`,
    remedy: `one of ${known.join(', ')}`,
    code: 'not-found',
    exit: 5,
  });
}
