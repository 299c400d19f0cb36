import { actionModules } from '@deskhand/actions';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { ActionDefinition, SelectorDefinition } from '@deskhand/robin';

type Listed = ReplyOf<Routes['listActions']>['items'][number];

/** The declarations as the editor's completion and help show them. */
export const actionList = (): Listed[] => actionModules.flatMap((module) => module.actions.map(listed));

function listed(action: ActionDefinition): Listed {
  const { id, title, summary, linux, selectors } = action;
  return {
    id,
    title,
    summary,
    linux,
    selectors: Object.entries(selectors).map(([name, selector]) => listedSelector(name, selector)),
  };
}

function listedSelector(name: string, selector: SelectorDefinition): Listed['selectors'][number] {
  return {
    name,
    arguments: Object.entries(selector.arguments).map(([argument, { type, members, default: value }]) => ({
      name: argument,
      type,
      required: value === undefined,
      members: [...(members ?? [])],
    })),
    outputs: Object.entries(selector.outputs).map(([output, { type }]) => ({ name: output, type })),
  };
}
