import type { ArgumentDefinition, ArgumentType, ArgumentValue } from './action.ts';
import { cloneValue } from './clone.ts';
import { ConversionError, toBoolean, toDatatable, toDatetime, toList, toNumber } from './coerce.ts';
import { datarowOf, datatableOf, listOf, objectOf, secretOf } from './constructors.ts';
import type { LinkedContext } from './frame.ts';
import { toText } from './print-value.ts';
import type { RobinValue } from './values.ts';

export type Coerce = (value: RobinValue, machine: LinkedContext) => ArgumentValue;

/** How a value becomes what an argument is declared to take (robin.md §5, "Into an argument"). */
export function coercionFor(argument: ArgumentDefinition): Coerce {
  if (argument.type === 'enum') return (value) => memberOf(toText(value), argument);
  if (argument.type === 'flags') return (value) => flagsOf(value, argument);
  return byType[argument.type];
}

const byType: Readonly<Record<Exclude<ArgumentType, 'enum' | 'flags'>, Coerce>> = {
  any: (value) => value,
  text: (value, machine) => (typeof value === 'string' ? value : toText(value, machine.print)),
  number: (value) => (typeof value === 'number' ? value : toNumber(value)),
  integer: toInteger,
  boolean: (value) => toBoolean(value),
  datetime: (value, machine) => toDatetime(value, machine.print),
  list: (value) => (isBlank(value) ? listOf() : toList(value)),
  datatable: (value) => (isBlank(value) ? datatableOf(undefined) : toDatatable(value)),
  datarow: toDatarow,
  object: toObject,
  file: pathOf,
  folder: pathOf,
  files: pathsOf,
  folders: pathsOf,
  binary: (value) => ofKind(value, 'binary', 'binary data'),
  secret: toSecret,
  instance: (value) => ofKind(value, 'instance', 'an instance that an earlier action opened'),
};

const isBlank = (value: RobinValue): boolean => typeof value === 'object' && value.kind === 'blank';

function toInteger(value: RobinValue): number {
  const number = toNumber(value);
  if (!Number.isInteger(number)) throw new ConversionError(value, 'a whole number');
  return number;
}

function toDatarow(value: RobinValue): ArgumentValue {
  if (typeof value === 'object' && value.kind === 'datarow') return value;
  if (typeof value === 'object' && value.kind === 'list') {
    return datarowOf(
      value.items.map((_, index) => `Column${index + 1}`),
      value.items,
    );
  }
  throw new ConversionError(value, 'a data row');
}

function toObject(value: RobinValue): ArgumentValue {
  return isBlank(value) ? objectOf() : ofKind(value, 'object', 'a custom object');
}

/** Paths of values are of this machine already; texts go through the mapping of the machine. */
function pathOf(value: RobinValue, machine: LinkedContext): string {
  return typeof value === 'object' && (value.kind === 'file' || value.kind === 'folder')
    ? value.path
    : machine.context.resolvePath(toText(value, machine.print));
}

function pathsOf(value: RobinValue, machine: LinkedContext): readonly string[] {
  return toList(value).items.map((item) => pathOf(item, machine));
}

function toSecret(value: RobinValue, machine: LinkedContext): RobinValue {
  const secret = typeof value === 'object' && value.kind === 'secret' ? value : secretOf(toText(value, machine.print));
  machine.masker.add(secret);
  return secret;
}

function ofKind(value: RobinValue, kind: 'binary' | 'instance' | 'object', wanted: string): RobinValue {
  if (typeof value === 'object' && value.kind === kind) return value;
  throw new ConversionError(value, wanted);
}

function memberOf(text: string, argument: ArgumentDefinition): string {
  // A text may carry the whole name, as when it was read from an enum elsewhere.
  const wanted = (text.split('.').at(-1) ?? '').trim().toLowerCase();
  const member = argument.members?.find((one) => one.toLowerCase() === wanted);
  if (member === undefined) throw new ConversionError(text, `one of ${argument.members?.join(', ') ?? 'no members'}`);
  return member;
}

/** Flags come as a list, or as one text with commas between the members. */
function flagsOf(value: RobinValue, argument: ArgumentDefinition): readonly string[] {
  const texts = typeof value === 'string' ? value.split(/[,|+]/) : toList(value).items.map((item) => toText(item));
  return texts.filter((text) => text.trim() !== '').map((text) => memberOf(text, argument));
}

/** A default as a call receives it: containers are copied, because actions may change what they are given. */
export const defaultOf = (argument: ArgumentDefinition): ArgumentValue =>
  argument.default === null || argument.default === undefined ? undefined : cloneValue(argument.default);
