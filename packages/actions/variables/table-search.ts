import {
  type ActionCall,
  type ActionDefinition,
  datatableOf,
  type DatatableValue,
  type RobinValue,
  toText,
} from '@deskhand/robin';
import { boolean, datatable, inPlace, output, text } from '../declare/arguments.ts';
import { readBoolean, readTable, readText } from '../declare/read-argument.ts';
import { dotnetRegex } from '../regex/dotnet-regex.ts';
import { foldCase, indexOfText, replaceText } from '../text/find-text.ts';
import { regexErrors } from '../text/errors.ts';
import { variableErrors } from './errors.ts';
import { columnIndexOf } from './table-column.ts';

const shared = { AllMatches: boolean({ default: true }), ValueToFind: text() };
const plain = { MatchCase: boolean({ default: false }), MatchEntireCellContents: boolean({ default: false }) };

/** Eight forms: find or replace, as text or as regular expression, everywhere or in one column. */
const forms = ['Find', 'Replace'].flatMap((mode) =>
  [false, true].flatMap((isRegex) =>
    ['Everywhere', 'ByColumnIndex'].map((where) => ({
      mode,
      isRegex,
      where,
      selector: `${mode}ItemInDataTable${isRegex ? 'WithRegex' : ''}${where}`,
    })),
  ),
);

export const findOrReplace: ActionDefinition = {
  id: 'Variables.FindOrReplaceInDataTable',
  title: 'Find or replace in data table',
  summary:
    'Finds cells, and puts another text into them if wanted. The matches are a table of row and column indexes from 0.',
  linux: 'core',
  errors: [...regexErrors, variableErrors.ColumnNameDoesNotExistError, variableErrors.ColumnIndexIsOutOfRangeError],
  selectors: Object.fromEntries(
    forms.map(({ mode, isRegex, where, selector }) => [
      selector,
      {
        arguments: {
          DataTable: mode === 'Replace' ? inPlace('datatable') : datatable(),
          ...shared,
          ...(isRegex ? {} : plain),
          ...(mode === 'Replace' ? { TextToReplaceWith: text({ default: '' }) } : {}),
          ...(where === 'Everywhere' ? {} : { ColumnNameOrIndex: text() }),
        },
        outputs: { DataTableMatches: output('datatable', 'DataTableMatches') },
        run: (call) => {
          const table = readTable(call, 'DataTable');
          const replacement = mode === 'Replace' ? readText(call, 'TextToReplaceWith') : undefined;
          const matches = search(call, table, cellSearch(call, isRegex, replacement));
          const outputs = { DataTableMatches: datatableOf(['Row', 'Column'], matches) };
          return mode === 'Replace' ? { outputs, changed: { DataTable: table } } : { outputs };
        },
      } satisfies ActionDefinition['selectors'][string],
    ]),
  ),
};

/** The cell's new text; undefined when the cell does not match. */
type CellSearch = (cell: string) => string | undefined;

function search(call: ActionCall, table: DatatableValue, match: CellSearch): RobinValue[][] {
  const only =
    call.arguments['ColumnNameOrIndex'] === undefined
      ? undefined
      : columnIndexOf(table, readText(call, 'ColumnNameOrIndex'));
  const all = readBoolean(call, 'AllMatches');
  const matches: RobinValue[][] = [];
  for (const [rowIndex, row] of table.rows.entries()) {
    for (const [columnIndex, cell] of row.entries()) {
      if (only !== undefined && columnIndex !== only) continue;
      const before = toText(cell, call.context);
      const after = match(before);
      if (after === undefined) continue;
      matches.push([rowIndex, columnIndex]);
      if (after !== before) row[columnIndex] = after;
      if (!all) return matches;
    }
  }
  return matches;
}

function cellSearch(call: ActionCall, isRegex: boolean, replacement: string | undefined): CellSearch {
  const wanted = readText(call, 'ValueToFind');
  if (isRegex) {
    const regex = dotnetRegex(wanted);
    return (cell) => {
      if (regex.matches(cell, 0, 1).length === 0) return undefined;
      return replacement === undefined ? cell : regex.replace(cell, replacement);
    };
  }
  const ignoreCase = !readBoolean(call, 'MatchCase');
  const fold = (written: string): string => (ignoreCase ? foldCase(written) : written);
  if (readBoolean(call, 'MatchEntireCellContents')) {
    return (cell) => (fold(cell) === fold(wanted) ? (replacement ?? cell) : undefined);
  }
  return (cell) => {
    if (indexOfText(cell, wanted, 0, ignoreCase) < 0) return undefined;
    return replacement === undefined ? cell : replaceText(cell, wanted, replacement, ignoreCase);
  };
}
