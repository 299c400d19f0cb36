import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFlow, parseFlow, runFlow, toText } from '@deskhand/robin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionModules, knownActions } from './index.ts';
import { testContext } from './test-context.ts';

/** Flows as people write them, through the language's own reader, checker and interpreter. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(flowText: string) {
  const log: string[] = [];
  const { flow } = parseFlow(flowText);
  const outcome = await runFlow(flow, {
    modules: actionModules,
    context: testContext({ workingFolder: folder, log: (_level, message) => log.push(message) }),
    inputs: {},
    clockMs: () => performance.now(),
    yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
    wait: () => Promise.resolve(),
  });
  return { outcome, log };
}

const logged = async (flowText: string): Promise<readonly string[]> => {
  const { outcome, log } = await run(flowText);
  expect(outcome).toMatchObject({ state: 'succeeded' });
  return log;
};

describe('whole flows', () => {
  test('a table is built, sorted, written as CSV and read back', async () => {
    const log = await logged(`
Variables.CreateNewDatatable InputTable: {^['Name', 'Age'], ['Bob', 41], ['alice', 9] } DataTable=> People
Variables.AddRowToDataTable.AppendRowToDataTable DataTable: People RowToAdd: ['Carol', 17]
Variables.SortDataTable.SortWithColumnName DataTable: People ColumnName: $'''Age''' Order: Variables.SortDirection.Ascending
File.WriteToCSVFile.WriteCSV VariableToWrite: People CSVFile: $'''people.csv''' CsvFileEncoding: File.CSVEncoding.UTF8NoBOM IncludeColumnNames: True IfFileExists: File.IfFileExists.Overwrite ColumnsSeparator: File.CSVColumnsSeparator.Semicolon
File.ReadFromCSVFile.ReadCSV CSVFile: $'''people.csv''' Encoding: File.CSVEncoding.UTF8 TrimFields: True FirstLineContainsColumnNames: True ColumnsSeparator: File.CSVColumnsSeparator.Semicolon CSVTable=> Again
LOOP FOREACH Row IN Again
    Logging.LogMessage Message: $'''%Row['Name']% is %Row['Age']%''' LogLevel: Logging.LogLevel.InfoLevel
END`);
    expect(log).toEqual(['alice is 9', 'Carol is 17', 'Bob is 41']);
    expect(readFileSync(join(folder, 'people.csv'), 'utf8')).toBe('Name;Age\nalice;9\nCarol;17\nBob;41\n');
  });

  test('conditions, waits, files and dates work together', async () => {
    const log = await logged(`
IF (Folder.IfFolderExists.DoesNotExist Path: $'''out''') THEN
    Folder.Create FolderPath: $'''.''' FolderName: $'''out''' Folder=> NewFolder
END
DateTime.GetCurrentDateTime.Local DateTimeFormat: DateTime.DateTimeFormat.DateAndTime CurrentDateTime=> Now
Text.ConvertDateTimeToText.FromCustomDateTime DateTime: Now CustomFormat: $'''yyyy-MM-dd''' Result=> Day
File.WriteText File: $'''%NewFolder%/%Day%.txt''' TextToWrite: $'''one''' AppendNewLine: True IfFileExists: File.IfFileExists.Overwrite Encoding: File.FileEncoding.UTF8
WAIT (File.WaitForFile.Created File: $'''out/2026-11-23.txt''') FOR 5
Folder.GetFiles Folder: NewFolder FileFilter: $'''*.txt''' IncludeSubfolders: False Files=> Files
LOOP FOREACH Found IN Files
    Logging.LogMessage Message: $'''%Found.Name% %Found.Size%''' LogLevel: Logging.LogLevel.InfoLevel
END
Text.ToNumber Text: $'''41''' Number=> Count
Variables.IncreaseVariable Value: Count IncrementValue: 1
Logging.LogMessage Message: Count LogLevel: Logging.LogLevel.InfoLevel`);
    expect(log).toEqual(['2026-11-23.txt 7', '42']);
  });

  test('a failing action is caught by its code, a custom one by its name', async () => {
    const log = await logged(`
File.ReadTextFromFile.ReadText File: $'''no-such-file''' Encoding: File.TextFileEncoding.UTF8 Content=> Content
    ON ERROR FileNotFoundError
        SET Content TO $'''nothing'''
    END
Logging.LogMessage Message: Content LogLevel: Logging.LogLevel.WarningLevel
BLOCK
ON BLOCK ERROR 'NoInvoice' IsUserDefinedErrorCode: True
    SET Content TO $'''caught'''
END
    FlowControl.ThrowCustomError CustomErrorCode: $'''NoInvoice''' CustomErrorMessage: $'''The invoice is missing.'''
END
Logging.LogMessage Message: Content LogLevel: Logging.LogLevel.InfoLevel`);
    expect(log).toEqual(['nothing', 'caught']);
  });

  test('lists, JSON and scripts', async () => {
    const log = await logged(`
Variables.CreateNewList List=> List
LOOP Number FROM 1 TO 3
    Variables.AddItemToList Item: Number * 10 List: List
END
Text.JoinText.JoinWithCustomDelimiter List: List CustomDelimiter: $''', ''' Result=> Joined
Scripting.RunJavascript.RunJavascript JavascriptCode: $'''WScript.Echo(JSON.stringify({sum: [%Joined%].length}))''' ScriptOutput=> Output
Variables.ConvertJsonToCustomObject Json: Output CustomObject=> Object
Logging.LogMessage Message: $'''%Joined% has %Object['sum']% items''' LogLevel: Logging.LogLevel.InfoLevel`);
    expect(log).toEqual(['10, 20, 30 has 3 items']);
  });

  test('a path of Windows fails with its remedy', async () => {
    const { outcome } = await run(`File.Delete Files: $'''C:\\\\temp\\\\a.txt'''`);
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'WindowsPathError' } });
  });
});

test('the checker tells what needs Windows from what does not exist', () => {
  const { flow } = parseFlow(`Scripting.RunVBScript.RunVBScript VBScriptCode: $'''''' ScriptOutput=> Output
Excel.CloseExcel.Close Instance: Output
Nonsense.DoIt`);
  const found = checkFlow(flow, { modules: actionModules, knownActions });
  expect(found.map(({ line }) => line)).toEqual(expect.arrayContaining([1, 2, 3]));
  expect(toText(new Set(found.map(({ code }) => code)).size)).toBe('3');
});
