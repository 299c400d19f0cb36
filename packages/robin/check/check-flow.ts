import { type ActionIndex, indexActions } from '../interpret/action-index.ts';
import { definedNames, elementStores, eachStatement } from '../interpret/definitions.ts';
import { elementsOf } from '../interpret/ui-elements.ts';
import { createReporter, type Diagnostic, type Reporter } from '../syntax/diagnostic.ts';
import type { Flow, Subflow } from '../syntax/nodes.ts';
import { parseFlow } from '../syntax/parse-flow.ts';
import { actionCallsOf, expressionsOf } from '../syntax/walk.ts';
import { checkAction, checkConditions } from './check-action.ts';
import { checkExpression } from './check-expression.ts';
import { checkStructure } from './check-structure.ts';
import { createSuggester } from './did-you-mean.ts';
import type { Catalogue, CheckOptions, Checking, DefinedVariables, KnownAction } from './checking.ts';

/** What can be told before a flow runs, each finding with its line and remedy. An error means: do not run it. */
export function checkFlow(flow: Flow, options: CheckOptions): readonly Diagnostic[] {
  const report = createReporter(options.mode ?? 'lenient');
  const to = createChecking(flow, report, options);
  for (const subflow of flow.subflows) checkSubflow(to, subflow);
  checkStructure(to);
  return [...report.diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Reads and checks in one go; findings of both come in the order of the text. */
export function checkText(text: string, options: CheckOptions): readonly Diagnostic[] {
  const { flow, diagnostics } = parseFlow(text, { mode: options.mode ?? 'lenient' });
  return [...diagnostics, ...checkFlow(flow, options)].sort((a, b) => a.line - b.line || a.column - b.column);
}

function createChecking(flow: Flow, report: Reporter, options: CheckOptions): Checking {
  const actions = indexActions(options.modules);
  let catalogue: Catalogue | undefined;
  return {
    flow,
    report,
    actions,
    catalogue: () => (catalogue ??= catalogueOf(actions, options.knownActions?.() ?? [])),
    isMapped: mappedBy(Object.keys(options.pathMapping ?? {})),
    defined: definedVariables(flow, actions),
    elements: flow.trailer?.json === undefined ? undefined : elementsOf(flow),
    subflows: new Map(flow.subflows.map((one) => [one.name.toLowerCase(), one])),
    suggest: createSuggester(),
    reported: new Set(),
  };
}

function catalogueOf(actions: ActionIndex, listed: readonly KnownAction[]): Catalogue {
  const ids = [...actions.ids, ...listed.map(({ id }) => id)];
  return {
    known: new Map(listed.flatMap((one) => idsOf(one).map((id) => [id.toLowerCase(), one] as const))),
    moduleNames: new Set(ids.map((id) => (id.split('.')[0] ?? '').toLowerCase())),
  };
}

function mappedBy(folders: readonly string[]): (path: string) => boolean {
  const comparable = (path: string): string => path.replaceAll('\\', '/').replace(/\/*$/, '/').toLowerCase();
  const known = folders.map(comparable);
  return (path) => {
    const wanted = comparable(path);
    return known.some((folder) => wanted.startsWith(folder) || folder.startsWith(wanted));
  };
}

const idsOf = ({ id, selectors = [] }: KnownAction): string[] => [id, ...selectors.map((one) => `${id}.${one}`)];

function definedVariables(flow: Flow, actions: ActionIndex): DefinedVariables {
  const globals = new Map([...elementStores].map((name) => [name, name]));
  const locals = new Map<string, Map<string, string>>();
  for (const { name, functionName } of definedNames(flow, actions)) {
    if (functionName === undefined) globals.set(name.toLowerCase(), name);
    else locals.set(functionName, (locals.get(functionName) ?? new Map()).set(name.toLowerCase(), name));
  }
  return { globals, locals };
}

function checkSubflow(to: Checking, subflow: Subflow): void {
  const functionName = subflow.isGlobal ? undefined : subflow.name.toLowerCase();
  eachStatement(subflow.body, (statement) => {
    for (const expression of expressionsOf(statement)) checkExpression(to, expression, functionName);
    for (const call of actionCallsOf(statement)) checkAction(to, call, functionName);
    checkConditions(to, statement);
  });
}
