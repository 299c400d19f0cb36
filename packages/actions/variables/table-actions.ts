import {
  type ActionCall,
  type ActionDefinition,
  cloneValue,
  datatableOf,
  type DatatableValue,
  listOf,
  type RobinValue,
  toText,
} from '@deskhand/robin';
import { any, choice, datatable, inPlace, integer, list, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readAny, readChoice, readList, readNumber, readTable, readText } from '../declare/read-argument.ts';
import { variableErrors } from './errors.ts';
import { orderIn } from './sort-values.ts';
import { checkedColumn, checkedRow, columnIndexOf, isEmptyCell } from './table-column.ts';

const theTable = inPlace('datatable', { summary: 'The table to change.' });
const rangeErrors = [variableErrors.ItemIndexIsOutOfRangeError];
const columnErrors = [variableErrors.ColumnNameDoesNotExistError, variableErrors.ColumnIndexIsOutOfRangeError];
const changed = (table: DatatableValue) => ({ changed: { DataTable: table } });

const create: ActionDefinition = {
  id: 'Variables.CreateNewDatatable',
  title: 'Create new data table',
  summary: 'A table from the rows that are given, or an empty one.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { InputTable: datatable({ default: datatableOf(undefined) }) },
      outputs: { DataTable: output('datatable', 'DataTable') },
      run: (call) => ({ outputs: { DataTable: cloneValue(readTable(call, 'InputTable')) } }),
    },
  },
};

const addRow: ActionDefinition = {
  id: 'Variables.AddRowToDataTable',
  title: 'Insert row into data table',
  summary: 'Puts a row at the end or before another. Ours: a table without columns takes the width of its first row.',
  linux: 'core',
  errors: [...rangeErrors, variableErrors.InvalidInputArgumentsError],
  selectors: {
    AppendRowToDataTable: {
      arguments: { DataTable: theTable, RowToAdd: list() },
      outputs: {},
      run: (call) => insertRow(call, readTable(call, 'DataTable').rows.length),
    },
    InsertItemToDataTable: {
      arguments: { DataTable: theTable, RowIndex: integer(), RowToAdd: list() },
      outputs: {},
      run: (call) => insertRow(call, readNumber(call, 'RowIndex')),
    },
  },
};

function insertRow(call: ActionCall, at: number) {
  const table = readTable(call, 'DataTable');
  const cells = readList(call, 'RowToAdd').items.map(cloneValue);
  if (table.columns.length === 0) {
    table.columns.push(...cells.map((_cell, index) => `Column${index + 1}`));
  }
  if (cells.length !== table.columns.length) {
    throw failure(
      variableErrors.InvalidInputArgumentsError,
      `The row has ${cells.length} values, but the table has ${table.columns.length} columns.`,
    );
  }
  if (at < 0 || at > table.rows.length) checkedRow(table, at);
  table.rows.splice(at, 0, cells);
  return changed(table);
}

const deleteRow: ActionDefinition = {
  id: 'Variables.DeleteRowFromDataTable',
  title: 'Delete row from data table',
  summary: 'Takes a row out, by its index from 0.',
  linux: 'core',
  errors: rangeErrors,
  selectors: {
    '': {
      arguments: { DataTable: theTable, RowIndex: integer() },
      outputs: {},
      run: (call) => {
        const table = readTable(call, 'DataTable');
        const index = readNumber(call, 'RowIndex');
        checkedRow(table, index);
        table.rows.splice(index, 1);
        return changed(table);
      },
    },
  },
};

const addColumn: ActionDefinition = {
  id: 'Variables.AddColumnToDataTable',
  title: 'Insert column into data table',
  summary: 'Adds an empty column at the end or before another.',
  linux: 'core',
  errors: [variableErrors.ColumnNameAlreadyExistsError, variableErrors.ColumnIndexIsOutOfRangeError],
  selectors: {
    AppendColumnToDataTable: {
      arguments: { DataTable: theTable, ColumnName: text() },
      outputs: {},
      run: (call) => insertColumn(call, readTable(call, 'DataTable').columns.length),
    },
    InsertColumnToDataTable: {
      arguments: { DataTable: theTable, ColumnName: text(), ColumnIndex: integer() },
      outputs: {},
      run: (call) => insertColumn(call, readNumber(call, 'ColumnIndex')),
    },
  },
};

function insertColumn(call: ActionCall, at: number) {
  const table = readTable(call, 'DataTable');
  const name = readText(call, 'ColumnName');
  if (table.columns.some((column) => column.toLowerCase() === name.toLowerCase())) {
    throw failure(variableErrors.ColumnNameAlreadyExistsError, `The table already has a column '${name}'.`);
  }
  if (at !== table.columns.length) checkedColumn(table, at);
  table.columns.splice(at, 0, name);
  for (const row of table.rows) row.splice(at, 0, '');
  return changed({ ...table, hasHeaders: true });
}

const deleteColumn: ActionDefinition = {
  id: 'Variables.DeleteColumnFromDataTable',
  title: 'Delete column from data table',
  summary: 'Takes a column out, by its name or by its index from 0.',
  linux: 'core',
  errors: columnErrors,
  selectors: {
    DeleteColumnWithName: {
      arguments: { DataTable: theTable, ColumnName: text() },
      outputs: {},
      run: (call) => removeColumn(call, columnIndexOf(readTable(call, 'DataTable'), readText(call, 'ColumnName'))),
    },
    DeleteColumnWithIndex: {
      arguments: { DataTable: theTable, ColumnIndex: integer() },
      outputs: {},
      run: (call) => removeColumn(call, checkedColumn(readTable(call, 'DataTable'), readNumber(call, 'ColumnIndex'))),
    },
  },
};

function removeColumn(call: ActionCall, index: number) {
  const table = readTable(call, 'DataTable');
  table.columns.splice(index, 1);
  for (const row of table.rows) row.splice(index, 1);
  return changed(table);
}

const keepingRows = (
  id: string,
  title: string,
  summary: string,
  keep: () => (row: readonly RobinValue[]) => boolean,
): ActionDefinition => ({
  id,
  title,
  summary,
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { DataTable: theTable },
      outputs: {},
      run: (call) => {
        const table = readTable(call, 'DataTable');
        return changed({ ...table, rows: table.rows.filter(keep()) });
      },
    },
  },
});

const clear = keepingRows(
  'Variables.ClearDataTable',
  'Clear data table',
  'Takes every row out; the columns stay.',
  () => () => false,
);
const deleteEmpty = keepingRows(
  'Variables.DeleteEmptyRowsFromDataTable',
  'Delete empty rows from data table',
  'Takes rows out whose cells are all empty.',
  () => (row) => !row.every(isEmptyCell),
);
const deleteDuplicates = keepingRows(
  'Variables.DeleteDuplicateRowsFromDataTable',
  'Delete duplicate rows from data table',
  'Keeps the first of equal rows.',
  () => {
    const seen = new Set<string>();
    return (row) => {
      const size = seen.size;
      return seen.add(JSON.stringify(row.map((cell) => toText(cell)))).size > size;
    };
  },
);

const modifyItem: ActionDefinition = {
  id: 'Variables.ModifyDataTableItem',
  title: 'Update data table item',
  summary: 'Puts a value into a cell.',
  linux: 'core',
  errors: [...rangeErrors, ...columnErrors],
  selectors: {
    '': {
      arguments: { DataTable: theTable, ColumnNameOrIndex: text(), RowIndex: integer(), Value: any({ default: '' }) },
      outputs: {},
      run: (call) => {
        const table = readTable(call, 'DataTable');
        const row = checkedRow(table, readNumber(call, 'RowIndex'));
        row[columnIndexOf(table, readText(call, 'ColumnNameOrIndex'))] = cloneValue(readAny(call, 'Value'));
        return changed(table);
      },
    },
  },
};

const columnToList: ActionDefinition = {
  id: 'Variables.RetrieveDataTableColumnIntoList',
  title: 'Retrieve data table column into list',
  summary: 'The cells of a column as a list.',
  linux: 'core',
  errors: columnErrors,
  selectors: {
    '': {
      arguments: { DataTable: datatable(), ColumnNameOrIndex: text() },
      outputs: { ColumnAsList: output('list', 'ColumnAsList') },
      run: (call) => {
        const table = readTable(call, 'DataTable');
        const index = columnIndexOf(table, readText(call, 'ColumnNameOrIndex'));
        return { outputs: { ColumnAsList: listOf(table.rows.map((row) => cloneValue(row[index] ?? ''))) } };
      },
    },
  },
};

const sortOrder = choice('Variables.SortDirection', ['Ascending', 'Descending']);

const sort: ActionDefinition = {
  id: 'Variables.SortDataTable',
  title: 'Sort data table',
  summary: 'Orders the rows by a column; equal rows keep their order.',
  linux: 'core',
  errors: columnErrors,
  selectors: {
    SortWithColumnName: {
      arguments: { DataTable: theTable, ColumnName: text(), Order: sortOrder },
      outputs: {},
      run: (call) => sorted(call, columnIndexOf(readTable(call, 'DataTable'), readText(call, 'ColumnName'))),
    },
    SortWithColumnIndex: {
      arguments: { DataTable: theTable, ColumnIndex: integer(), Order: sortOrder },
      outputs: {},
      run: (call) => sorted(call, checkedColumn(readTable(call, 'DataTable'), readNumber(call, 'ColumnIndex'))),
    },
  },
};

function sorted(call: ActionCall, column: number) {
  const table = readTable(call, 'DataTable');
  const order = orderIn(call.context.culture);
  const sign = readChoice(call, 'Order') === 'Descending' ? -1 : 1;
  const rows = table.rows.toSorted((left, right) => sign * order(left[column] ?? '', right[column] ?? ''));
  return changed({ ...table, rows });
}

export const tableActions = [
  create,
  addRow,
  deleteRow,
  addColumn,
  deleteColumn,
  clear,
  deleteEmpty,
  deleteDuplicates,
  modifyItem,
  columnToList,
  sort,
];
