import type { ActionDefinition, ActionModule, SelectorDefinition } from './action.ts';

export interface FoundAction {
  readonly definition: ActionDefinition;
  readonly selector: string;
  readonly form: SelectorDefinition;
}

export interface ActionIndex {
  /** By id with selector, in any case: `File.ReadTextFromFile.ReadText`. Older ids are found by their aliases. */
  readonly find: (id: string) => FoundAction | undefined;
  /** By id without selector, for saying which selectors there are. */
  readonly definition: (id: string) => ActionDefinition | undefined;
  /** Every id that `find` answers, in declared spelling, without aliases. */
  readonly ids: readonly string[];
}

export function indexActions(modules: readonly ActionModule[]): ActionIndex {
  const forms = new Map<string, FoundAction>();
  const definitions = new Map<string, ActionDefinition>();
  const ids: string[] = [];
  for (const definition of modules.flatMap((module) => module.actions)) {
    definitions.set(definition.id.toLowerCase(), definition);
    for (const [selector, form] of Object.entries(definition.selectors)) {
      const id = fullId(definition.id, selector);
      ids.push(id);
      forms.set(id.toLowerCase(), { definition, selector, form });
    }
  }
  for (const definition of definitions.values()) addAliases(definition, forms);
  return {
    find: (id) => forms.get(id.toLowerCase()),
    definition: (id) => definitions.get(id.toLowerCase()),
    ids,
  };
}

export const fullId = (id: string, selector: string): string => (selector === '' ? id : `${id}.${selector}`);

/** An alias stands for the selector it ends with, or else for the form without one, or else for the first. */
function addAliases(definition: ActionDefinition, forms: Map<string, FoundAction>): void {
  const selectors = Object.keys(definition.selectors);
  for (const alias of definition.aliases ?? []) {
    for (const selector of selectors) setOnce(forms, fullId(alias, selector), definition, selector);
    const last = alias.split('.').at(-1)?.toLowerCase();
    const meant = selectors.find((one) => one.toLowerCase() === last) ?? (selectors.includes('') ? '' : selectors[0]);
    if (meant !== undefined) setOnce(forms, alias, definition, meant);
  }
}

function setOnce(forms: Map<string, FoundAction>, id: string, definition: ActionDefinition, selector: string): void {
  const form = definition.selectors[selector];
  if (form !== undefined && !forms.has(id.toLowerCase())) forms.set(id.toLowerCase(), { definition, selector, form });
}
