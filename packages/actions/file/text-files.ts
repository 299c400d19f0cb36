import {
  type ActionCall,
  type ActionDefinition,
  datatableOf,
  type DatatableValue,
  type RobinValue,
  textList,
  toText,
} from '@deskhand/robin';
import { CsvError, parseCsv, parseWidths } from '../csv/parse-csv.ts';
import { separatorArgument, separatorOf } from '../csv/separator.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { any, boolean, choice, file, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { NEW_LINE, splitLines } from '../declare/new-line.ts';
import { readAny, readBoolean, readChoice, readPath, readText } from '../declare/read-argument.ts';
import { decodeText, fileEncoding } from '../encoding/text-encoding.ts';
import { fileErrors } from './errors.ts';
import { withBytes } from './read-bytes.ts';
import { writeText } from './write-bytes.ts';

const readEncoding = choice(
  'File.TextFileEncoding',
  ['DefaultEncoding', 'UTF8', 'Unicode', 'BigEndianUnicode', 'ANSI'],
  'UTF8',
);

export const readTextFromFile: ActionDefinition = {
  id: 'File.ReadTextFromFile',
  title: 'Read text from file',
  summary: 'The text of a file, whole or as a list of lines. A byte order mark wins over the encoding.',
  linux: 'core',
  errors: [fileErrors.DirectoryNotFoundError, fileErrors.FileNotFoundError, fileErrors.FailedToReadFileError],
  selectors: {
    ReadText: {
      arguments: { File: file(), Encoding: readEncoding },
      outputs: { Content: output('text', 'FileContents') },
      run: (call) => reading(call, (content) => ({ outputs: { Content: content } })),
    },
    ReadTextAsList: {
      arguments: { File: file(), Encoding: readEncoding },
      outputs: { Contents: output('list', 'FileContents') },
      run: (call) => reading(call, (content) => ({ outputs: { Contents: textList(linesOf(content)) } })),
    },
  },
};

/** The line end that closes the last line opens no further one. */
const linesOf = (content: string): string[] => (content === '' ? [] : splitLines(content.replace(/\r\n$|[\r\n]$/, '')));

const reading = <T>(call: ActionCall, use: (content: string) => T): T | Promise<T> =>
  withBytes(
    readPath(call, 'File'),
    fileErrors.FailedToReadFileError,
    (bytes) => use(decodeText(bytes, fileEncoding(readChoice(call, 'Encoding')))),
    call.context.signal,
  );

const writeMode = choice('File.IfFileExists', ['Overwrite', 'Append']);

export const writeTextToFile: ActionDefinition = {
  id: 'File.WriteText',
  title: 'Write text to file',
  summary:
    "Writes a text, or each item of a list on a line of its own. Ours: lines end as on this machine, not with Windows' two characters.",
  linux: 'core',
  errors: [fileErrors.FailedToWriteTextToFileError, fileErrors.InvalidDirectoryOfFileError],
  selectors: {
    '': {
      arguments: {
        File: file(),
        TextToWrite: any({ default: '' }),
        AppendNewLine: boolean({ default: true }),
        IfFileExists: writeMode,
        Encoding: choice(
          'File.FileEncoding',
          ['DefaultEncoding', 'UTF8', 'Unicode', 'BigEndianUnicode', 'UTF8NoBOM', 'UnicodeNoBOM', 'ANSI'],
          'Unicode',
        ),
      },
      outputs: {},
      run: (call) => {
        const content = toText(readAny(call, 'TextToWrite'), call.context);
        const writing = {
          path: readPath(call, 'File'),
          text: readBoolean(call, 'AppendNewLine') ? content + NEW_LINE : content,
          encoding: fileEncoding(readChoice(call, 'Encoding')),
          append: readChoice(call, 'IfFileExists') === 'Append',
        };
        return writeText(writing, fileErrors.FailedToWriteTextToFileError, call.context.signal);
      },
    },
  },
};

const csvEncoding = choice(
  'File.CSVEncoding',
  ['SystemDefault', 'UTF8', 'Unicode', 'BigEndianUnicode', 'UTF8NoBOM', 'UnicodeNoBOM', 'ASCII'],
  'UTF8',
);
const csvReading = {
  CSVFile: file(),
  Encoding: csvEncoding,
  TrimFields: boolean({ default: true }),
  FirstLineContainsColumnNames: boolean({ default: false }),
};
const csvTable = { CSVTable: output('datatable', 'CSVTable') };

export const readCsv: ActionDefinition = {
  id: 'File.ReadFromCSVFile',
  title: 'Read from CSV file',
  summary: 'A table from a CSV file. Ours, unproven in Power Automate: fields stay texts, so that 007 is not 7.',
  linux: 'core',
  errors: [fileErrors.DirectoryNotFoundError, fileErrors.FileNotFoundError, fileErrors.FailedToReadFromCSVError],
  selectors: {
    ReadCSV: {
      arguments: { ...csvReading, ColumnsSeparator: separatorArgument('File') },
      outputs: csvTable,
      run: (call) =>
        csvFrom(call, () => ({ separator: separatorOf(readChoice(call, 'ColumnsSeparator'), call.context.culture) })),
    },
    ReadCSVWithCustomSeparator: {
      arguments: { ...csvReading, CustomColumnsSeparator: text() },
      outputs: csvTable,
      run: (call) => csvFrom(call, () => ({ separator: readText(call, 'CustomColumnsSeparator') })),
    },
    ReadCSVWithFixedColumnWidths: {
      arguments: { ...csvReading, FixedColumnWidths: text() },
      outputs: csvTable,
      run: (call) => csvFrom(call, () => ({ widths: parseWidths(readText(call, 'FixedColumnWidths')) })),
    },
  },
};

function csvFrom(call: ActionCall, columns: () => Parameters<typeof parseCsv>[1]['columns']) {
  const path = readPath(call, 'CSVFile');
  const parse = (bytes: Uint8Array) => {
    try {
      const CSVTable = parseCsv(decodeText(bytes, fileEncoding(readChoice(call, 'Encoding'))), {
        columns: columns(),
        trim: readBoolean(call, 'TrimFields'),
        firstLineIsHeader: readBoolean(call, 'FirstLineContainsColumnNames'),
      });
      return { outputs: { CSVTable } };
    } catch (cause) {
      if (!(cause instanceof CsvError)) throw cause;
      throw failure(fileErrors.FailedToReadFromCSVError, `${path} cannot be read as CSV: ${cause.message}.`);
    }
  };
  return withBytes(path, fileErrors.FailedToReadFromCSVError, parse, call.context.signal);
}

const csvWriting = {
  VariableToWrite: any(),
  CSVFile: file(),
  CsvFileEncoding: csvEncoding,
  IncludeColumnNames: boolean({ default: false }),
  IfFileExists: writeMode,
};

export const writeCsvFile: ActionDefinition = {
  id: 'File.WriteToCSVFile',
  title: 'Write to CSV file',
  summary: 'A table, a row, a list (one column) or a plain value as CSV. Column names are not repeated when appending.',
  linux: 'core',
  errors: [fileErrors.FailedToWriteError, fileErrors.InvalidDirectoryOfFileError],
  selectors: {
    WriteCSV: {
      arguments: { ...csvWriting, ColumnsSeparator: separatorArgument('File') },
      outputs: {},
      run: (call) => csvInto(call, separatorOf(readChoice(call, 'ColumnsSeparator'), call.context.culture)),
    },
    WriteCSVWithCustomSeparator: {
      arguments: { ...csvWriting, CustomColumnsSeparator: text() },
      outputs: {},
      run: (call) => csvInto(call, readText(call, 'CustomColumnsSeparator')),
    },
  },
};

function csvInto(call: ActionCall, separator: string) {
  const path = readPath(call, 'CSVFile');
  const append = readChoice(call, 'IfFileExists') === 'Append';
  const hasContent = append && (call.context.fileFacts?.(path)?.sizeBytes ?? 0) > 0;
  const content = writeCsv(tableFrom(readAny(call, 'VariableToWrite')), {
    separator,
    includeHeader: readBoolean(call, 'IncludeColumnNames') && !hasContent,
    print: (cell) => toText(cell, call.context),
  });
  const encoding = fileEncoding(readChoice(call, 'CsvFileEncoding'));
  return writeText({ path, text: content, encoding, append }, fileErrors.FailedToWriteError, call.context.signal);
}

function tableFrom(value: RobinValue): DatatableValue {
  if (typeof value !== 'object') return datatableOf(undefined, [[value]]);
  if (value.kind === 'datatable') return value;
  if (value.kind === 'datarow') return datatableOf(value.columns, [value.cells]);
  if (value.kind !== 'list') return datatableOf(undefined, [[value]]);
  const rows = value.items.map((item) => {
    if (typeof item === 'object' && item.kind === 'list') return item.items;
    return typeof item === 'object' && item.kind === 'datarow' ? item.cells : [item];
  });
  return datatableOf(undefined, rows);
}
