import type { ArgumentDefinition, ArgumentType, OutputDefinition, RobinValue } from '@deskhand/robin';

interface Extra {
  /** Left out: the argument must be given. `null`: may be left out and arrives as undefined. */
  readonly default?: RobinValue | null;
  readonly summary?: string;
}

const maker =
  (type: ArgumentType) =>
  (extra: Extra = {}): ArgumentDefinition => ({ type, ...extra });

export const any = maker('any');
export const text = maker('text');
export const number = maker('number');
export const integer = maker('integer');
export const boolean = maker('boolean');
export const datetime = maker('datetime');
export const list = maker('list');
export const datatable = maker('datatable');
export const object = maker('object');
export const file = maker('file');
export const folder = maker('folder');
export const files = maker('files');
export const folders = maker('folders');
export const binary = maker('binary');
export const secret = maker('secret');

/** A variable that the action changes where it stands (robin.md §3 item 11). */
export const inPlace = (type: ArgumentType, extra: Extra = {}): ArgumentDefinition => ({
  type,
  inPlace: true,
  ...extra,
});

/** `choice('File.IfExists', ['DoNothing', 'Overwrite'])`; the first member is the default unless another is named. */
export const choice = (
  enumName: string,
  members: readonly string[],
  fallback = members[0] ?? '',
): ArgumentDefinition => ({
  type: 'enum',
  enum: enumName,
  members,
  default: fallback,
});

export const output = (type: OutputDefinition['type'], defaultName: string): OutputDefinition => ({
  type,
  defaultName,
});
