import type { ActionCallNode, Argument } from '../syntax/nodes.ts';
import { dottedNames } from '../syntax/walk.ts';
import type { ActionResult, ArgumentDefinition, ArgumentValue, SelectorDefinition } from './action.ts';
import type { ActionIndex, FoundAction } from './action-index.ts';
import { cloneValue, isContainer } from './clone.ts';
import { coercionFor, defaultOf } from './coerce-argument.ts';
import { compileExpression, compileStore, type Store } from './compile-expression.ts';
import type { Eval, Frame } from './frame.ts';
import { LogicError } from './logic-error.ts';
import type { Scope } from './scope.ts';
import type { RobinValue } from './values.ts';

/** An action call as two halves, so that a promise may lie between them. */
export interface CompiledCall {
  readonly invoke: (frame: Frame) => ActionResult | Promise<ActionResult>;
  /** Stores outputs and in-place changes. */
  readonly bind: (frame: Frame, result: ActionResult) => void;
}

export function compileCall(call: ActionCallNode, actions: ActionIndex, scope: Scope): CompiledCall {
  const found = actions.find(call.id);
  if (found === undefined) return unknownAction(call.id);
  const read = argumentReaders(call, found.form, scope);
  const dynamic = call.arguments
    .filter(({ isDynamic }) => isDynamic)
    .map(({ name, value }) => [name, compileExpression(value, scope)] as const);
  const { definition, selector, form } = found;
  return {
    invoke: (frame) => {
      const values: Record<string, ArgumentValue> = {};
      for (const { name, get } of read) values[name] = get(frame);
      const context = frame.machine.actionContext;
      const named = dynamic.length === 0 ? noDynamic : new Map(dynamic.map(([name, get]) => [name, get(frame)]));
      const reason = definition.unavailable?.();
      if (reason !== undefined) throw new LogicError('ActionUnavailableError', reason);
      return form.run({ arguments: values, dynamic: named, selector, context });
    },
    bind: compileBinding(call, found, scope),
  };
}

const noDynamic: ReadonlyMap<string, RobinValue> = new Map();

const unknownAction = (id: string): CompiledCall => ({
  invoke: () => {
    throw new LogicError('UnknownActionError', `The action ${id} is not known here.`);
  },
  bind: () => undefined,
});

interface ReadArgument {
  readonly name: string;
  readonly get: (frame: Frame) => ArgumentValue;
}

function argumentReaders(call: ActionCallNode, form: SelectorDefinition, scope: Scope): ReadArgument[] {
  const given = new Map(call.arguments.filter((one) => !one.isDynamic).map((one) => [one.name.toLowerCase(), one]));
  const changesInPlace = Object.values(form.arguments).some(({ inPlace }) => inPlace === true);
  return Object.entries(form.arguments).map(([name, definition]) => {
    const argument = given.get(name.toLowerCase());
    if (argument === undefined) return { name, get: missingReader(name, definition) };
    // What is put into a container must not stay joined to the variable it came from.
    const isCopied = changesInPlace && definition.inPlace !== true;
    return { name, get: argumentReader(argument, definition, scope, isCopied) };
  });
}

function missingReader(name: string, definition: ArgumentDefinition): ReadArgument['get'] {
  if (definition.default !== undefined) return () => defaultOf(definition);
  return () => {
    throw new LogicError('MissingArgumentError', `The argument ${name} must be given.`);
  };
}

function argumentReader(
  argument: Argument,
  definition: ArgumentDefinition,
  scope: Scope,
  isCopied: boolean,
): ReadArgument['get'] {
  const value = enumMember(argument, definition) ?? compileExpression(argument.value, scope);
  const coerce = coercionFor(definition);
  if (definition.type === 'number' && !isCopied) {
    return (frame) => {
      const found = value(frame);
      return typeof found === 'number' ? found : coerce(found, frame.machine);
    };
  }
  return (frame) => {
    const found = value(frame);
    return coerce(isCopied && typeof found === 'object' ? cloneValue(found) : found, frame.machine);
  };
}

/** `File.IfExists.Overwrite` for an argument of that enum is the member, whatever variables are called. */
function enumMember(argument: Argument, definition: ArgumentDefinition): Eval | undefined {
  if (definition.type !== 'enum' && definition.type !== 'flags') return undefined;
  const names = dottedNames(argument.value);
  if (names === undefined || names.length < 2 || definition.enum === undefined) return undefined;
  const isMember = names.slice(0, -1).join('.').toLowerCase() === definition.enum.toLowerCase();
  return isMember ? () => names.at(-1) ?? '' : undefined;
}

function compileBinding(call: ActionCallNode, found: FoundAction, scope: Scope): CompiledCall['bind'] {
  const outputs = call.outputs.map(({ name, variable }) => ({
    // The declared spelling is what the action answers with; dynamic outputs keep theirs.
    name: Object.keys(found.form.outputs).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name,
    store: compileStore(variable.name, variable.isGlobal, scope),
  }));
  const changed = inPlaceStores(call, found.form, scope);
  const takesContainers = Object.values(found.form.arguments).some(({ type }) => containerTypes.has(type));
  return (frame, result) => {
    for (const { name, store } of outputs) {
      const value = result.outputs?.[name];
      if (value === undefined) continue;
      // An output may be, or hold, something that a variable of the arguments still holds.
      store(frame, takesContainers && isContainer(value) ? cloneValue(value) : value);
    }
    for (const { name, store } of changed) {
      const value = result.changed?.[name];
      if (value !== undefined) store(frame, value);
    }
  };
}

const containerTypes: ReadonlySet<string> = new Set(['any', 'list', 'datatable', 'datarow', 'object']);

function inPlaceStores(call: ActionCallNode, form: SelectorDefinition, scope: Scope): { name: string; store: Store }[] {
  return Object.entries(form.arguments).flatMap(([name, { inPlace }]) => {
    const argument = call.arguments.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (inPlace !== true || argument?.value.kind !== 'variable') return [];
    return [{ name, store: compileStore(argument.value.name, argument.value.isGlobal, scope) }];
  });
}
