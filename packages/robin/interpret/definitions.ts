import type { Flow, FlowParameter, Statement, Target } from '../syntax/nodes.ts';
import { actionCallsOf, childrenOf } from '../syntax/walk.ts';
import type { ActionIndex } from './action-index.ts';

/** Names that are stores of UI elements and images, not variables. */
export const elementStores: ReadonlySet<string> = new Set(['appmask', 'imgrepo']);

export interface DefinedName {
  readonly name: string;
  /** Lower-case name of the local function it belongs to; undefined for the flow's own variables. */
  readonly functionName: string | undefined;
}

/** Every variable that some statement of the flow gives a value, in order (robin.md §3). */
export function definedNames(flow: Flow, actions: ActionIndex): DefinedName[] {
  const names: DefinedName[] = [];
  const add = (name: string, functionName: string | undefined): void => void names.push({ name, functionName });
  const addAll = (parameters: readonly FlowParameter[], functionName: string | undefined): void => {
    for (const parameter of parameters) add(parameter.name, functionName);
  };
  addAll(flow.header.inputs, undefined);
  addAll(flow.header.outputs, undefined);
  for (const imported of flow.header.imports) add(imported.name, undefined);
  for (const subflow of flow.subflows) {
    const functionName = subflow.isGlobal ? undefined : subflow.name.toLowerCase();
    addAll(subflow.inputs, functionName);
    addAll(subflow.outputs, functionName);
    eachStatement(subflow.body, (statement) => {
      for (const target of targetsOf(statement, actions)) add(target.name, target.isGlobal ? undefined : functionName);
      if (statement.kind !== 'call') return;
      for (const input of statement.inputs) add(input.name, statement.name.toLowerCase());
    });
  }
  return names;
}

export function eachStatement(body: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of body) {
    visit(statement);
    for (const inner of childrenOf(statement)) eachStatement(inner, visit);
  }
}

type Written = Pick<Target, 'name' | 'isGlobal'>;
function targetsOf(statement: Statement, actions: ActionIndex): Written[] {
  const calls = actionCallsOf(statement);
  const fromCalls = calls.flatMap((call) => [
    ...call.outputs.map((output) => output.variable),
    ...inPlaceTargets(call, actions),
  ]);
  switch (statement.kind) {
    case 'set':
      return [statement.target];
    case 'foreach':
    case 'for':
    case 'last-error':
      return [{ name: statement.name, isGlobal: false }];
    case 'call':
      return statement.outputs.map((output) => output.variable);
    default:
      return fromCalls;
  }
}

function inPlaceTargets(call: ReturnType<typeof actionCallsOf>[number], actions: ActionIndex): Written[] {
  const form = actions.find(call.id)?.form;
  if (form === undefined) return [];
  const inPlace = new Set(
    Object.entries(form.arguments).flatMap(([name, argument]) =>
      argument.inPlace === true ? [name.toLowerCase()] : [],
    ),
  );
  return call.arguments.flatMap(({ name, value }) =>
    value.kind === 'variable' && inPlace.has(name.toLowerCase()) ? [value] : [],
  );
}
