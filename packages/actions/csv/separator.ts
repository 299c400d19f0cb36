import type { ArgumentDefinition } from '@deskhand/robin';
import { choice } from '../declare/arguments.ts';

/** `File.CSVColumnsSeparator` and the one of the same members in Variables. */
export const separatorArgument = (module: 'File' | 'Variables'): ArgumentDefinition =>
  choice(`${module}.CSVColumnsSeparator`, ['SystemDefault', 'Comma', 'Semicolon', 'Tab']);

export function separatorOf(member: string, culture: string): string {
  switch (member) {
    case 'Comma':
      return ',';
    case 'Semicolon':
      return ';';
    case 'Tab':
      return '\t';
    default:
      return listSeparator(culture);
  }
}

/** Windows separates list items by a semicolon where a comma already marks the fraction of a number. */
const listSeparator = (culture: string): string =>
  new Intl.NumberFormat(culture).formatToParts(1.5).some(({ type, value }) => type === 'decimal' && value === ',')
    ? ';'
    : ',';
