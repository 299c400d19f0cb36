import {
  type ActionCall,
  type ArgumentValue,
  type BinaryValue,
  type DatatableValue,
  type DatetimeValue,
  listOf,
  type ListValue,
  type ObjectValue,
  type RobinValue,
} from '@deskhand/robin';

/**
 * Typed access to the arguments of a call. The interpreter has converted them already, so a value of another type here
 * is a defect of a declaration, not a mistake of the flow: it throws.
 */
export function readText(call: ActionCall, name: string): string {
  return readOptionalText(call, name) ?? missing(name);
}

export function readOptionalText(call: ActionCall, name: string): string | undefined {
  const value = call.arguments[name];
  return value === undefined || typeof value === 'string' ? value : wrong(name, 'text', value);
}

export function readNumber(call: ActionCall, name: string): number {
  const value = call.arguments[name];
  return typeof value === 'number' ? value : wrong(name, 'a number', value);
}

export function readBoolean(call: ActionCall, name: string): boolean {
  const value = call.arguments[name];
  return typeof value === 'boolean' ? value : wrong(name, 'a boolean', value);
}

export const readChoice = readText;

export function readAny(call: ActionCall, name: string): RobinValue {
  const value = call.arguments[name];
  if (value === undefined) return missing(name);
  return isTextArray(value) ? listOf(value) : value;
}

export function readDatetime(call: ActionCall, name: string): DatetimeValue {
  const value = call.arguments[name];
  return isKind(value, 'datetime') ? value : wrong(name, 'a date and time', value);
}

export function readList(call: ActionCall, name: string): ListValue {
  const value = call.arguments[name];
  if (isTextArray(value)) return listOf(value);
  return isKind(value, 'list') ? value : wrong(name, 'a list', value);
}

export function readTable(call: ActionCall, name: string): DatatableValue {
  const value = call.arguments[name];
  return isKind(value, 'datatable') ? value : wrong(name, 'a data table', value);
}

export function readObject(call: ActionCall, name: string): ObjectValue {
  const value = call.arguments[name];
  return isKind(value, 'object') ? value : wrong(name, 'a custom object', value);
}

export function readBinary(call: ActionCall, name: string): BinaryValue {
  const value = call.arguments[name];
  return isKind(value, 'binary') ? value : wrong(name, 'binary data', value);
}

/** The opened secret. Callers hand it on and never print it. */
export function readSecret(call: ActionCall, name: string): string {
  const value = call.arguments[name];
  if (typeof value === 'string') return value;
  return isKind(value, 'secret') ? value.reveal() : wrong(name, 'a secret', value);
}

export function readPath(call: ActionCall, name: string): string {
  return readOptionalPath(call, name) ?? missing(name);
}

export function readOptionalPath(call: ActionCall, name: string): string | undefined {
  const value = call.arguments[name];
  return value === undefined || value === '' ? undefined : pathOf(name, value);
}

export function readPaths(call: ActionCall, name: string): readonly string[] {
  const value = call.arguments[name];
  if (value === undefined) return [];
  if (isTextArray(value)) return value;
  return isKind(value, 'list') ? value.items.map((item) => pathOf(name, item)) : [pathOf(name, value)];
}

function pathOf(name: string, value: ArgumentValue): string {
  if (typeof value === 'string') return value;
  if (isKind(value, 'file') || isKind(value, 'folder')) return value.path;
  return wrong(name, 'a path', value);
}

type TaggedValue = Exclude<RobinValue, string | number | boolean>;
const isKind = <K extends TaggedValue['kind']>(
  value: ArgumentValue,
  kind: K,
): value is Extract<TaggedValue, { kind: K }> => typeof value === 'object' && 'kind' in value && value.kind === kind;

const isTextArray = (value: ArgumentValue): value is readonly string[] => Array.isArray(value);

function wrong(name: string, wanted: string, value: ArgumentValue): never {
  const got =
    value === undefined ? 'nothing' : typeof value === 'object' && 'kind' in value ? value.kind : typeof value;
  throw new TypeError(`Argument ${name} should have reached the action as ${wanted}, but it is ${got}.`);
}
const missing = (name: string): never => wrong(name, 'a value', undefined);
