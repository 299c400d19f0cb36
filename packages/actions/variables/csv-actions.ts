import { type ActionCall, type ActionDefinition, type RobinValue, toText } from '@deskhand/robin';
import { CsvError, parseCsv, parseWidths } from '../csv/parse-csv.ts';
import { separatorArgument, separatorOf } from '../csv/separator.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { boolean, datatable, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readTable, readText } from '../declare/read-argument.ts';
import { variableErrors } from './errors.ts';

const reading = {
  CSVText: text(),
  TrimFields: boolean({ default: true }),
  FirstLineContainsColumnNames: boolean({ default: false }),
  ReadFieldsAsText: boolean({ default: false }),
};
const table = { CSVTable: output('datatable', 'CSVTable') };

const fromCsv: ActionDefinition = {
  id: 'Variables.GenerateDataTableFromCSV',
  title: 'Generate data table from CSV text',
  summary:
    'A table from a CSV text. Ours, unproven in Power Automate: unless fields are read as text, those that a number prints back exactly become numbers and True and False become booleans; 007 stays a text.',
  linux: 'core',
  errors: [variableErrors.FailedToReadFromCSVError],
  selectors: {
    ReadPredefinedSeparator: {
      arguments: { ...reading, ColumnsSeparator: separatorArgument('Variables') },
      outputs: table,
      run: (call) =>
        read(call, () => ({ separator: separatorOf(readChoice(call, 'ColumnsSeparator'), call.context.culture) })),
    },
    ReadCustomSeparator: {
      arguments: { ...reading, CustomColumnsSeparator: text() },
      outputs: table,
      run: (call) => read(call, () => ({ separator: readText(call, 'CustomColumnsSeparator') })),
    },
    ReadFixedColumnWidths: {
      arguments: { ...reading, FixedColumnWidths: text() },
      outputs: table,
      run: (call) => read(call, () => ({ widths: parseWidths(readText(call, 'FixedColumnWidths')) })),
    },
  },
};

function read(call: ActionCall, columns: () => Parameters<typeof parseCsv>[1]['columns']) {
  try {
    const parsed = parseCsv(readText(call, 'CSVText'), {
      columns: columns(),
      trim: readBoolean(call, 'TrimFields'),
      firstLineIsHeader: readBoolean(call, 'FirstLineContainsColumnNames'),
      ...(readBoolean(call, 'ReadFieldsAsText') ? {} : { convert: typedField }),
    });
    return { outputs: { CSVTable: parsed } };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw failure(variableErrors.FailedToReadFromCSVError, `The text cannot be read as CSV: ${cause.message}.`);
  }
}

function typedField(field: string): RobinValue {
  if (/^-?\d/.test(field) && String(Number(field)) === field) return Number(field);
  if (/^true$/i.test(field)) return true;
  return /^false$/i.test(field) ? false : field;
}

const toCsv: ActionDefinition = {
  id: 'Variables.ConvertDataTableToCSV',
  title: 'Convert data table to CSV text',
  summary: 'A table as CSV, with quotes where they are needed.',
  linux: 'core',
  errors: [],
  selectors: {
    DataTableToCSVCommonSeparator: {
      arguments: {
        DataTable: datatable(),
        IncludeColumnNames: boolean({ default: false }),
        ColumnsSeparator: separatorArgument('Variables'),
      },
      outputs: { CSVText: output('text', 'CSVText') },
      run: (call) => written(call, separatorOf(readChoice(call, 'ColumnsSeparator'), call.context.culture)),
    },
    DataTableToCSVCustomSeparator: {
      arguments: {
        DataTable: datatable(),
        IncludeColumnNames: boolean({ default: false }),
        CustomColumnsSeparator: text(),
      },
      outputs: { CSVText: output('text', 'CSVText') },
      run: (call) => written(call, readText(call, 'CustomColumnsSeparator')),
    },
  },
};

const written = (call: ActionCall, separator: string) => ({
  outputs: {
    CSVText: writeCsv(readTable(call, 'DataTable'), {
      separator,
      includeHeader: readBoolean(call, 'IncludeColumnNames'),
      print: (cell) => toText(cell, call.context),
    }),
  },
});

export const csvActions = [fromCsv, toCsv];
