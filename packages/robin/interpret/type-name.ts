import type { RobinValue } from './values.ts';

const names = {
  datetime: 'Datetime',
  list: 'List',
  datatable: 'Datatable',
  datarow: 'Datarow',
  object: 'Custom object',
  file: 'File',
  folder: 'Folder',
  error: 'Error',
  binary: 'Binary',
  secret: 'Encrypted text',
  blank: 'Blank',
} as const;

/** The type's name as the designer shows it to a person. */
export function typeNameOf(value: RobinValue): string {
  if (typeof value === 'string') return 'Text';
  if (typeof value === 'number') return 'Numeric';
  if (typeof value === 'boolean') return 'Boolean';
  return value.kind === 'instance' ? value.type : names[value.kind];
}
