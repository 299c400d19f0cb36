import {
  ActionError,
  type ArgumentValue,
  datatableOf,
  type DatatableValue,
  listOf,
  objectOf,
  type RobinValue,
  textList,
} from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { variablesModule } from './module.ts';

const run = runner(variablesModule);
type Values = Readonly<Record<string, ArgumentValue>>;
const result = (id: string, values: Values, context = testContext()) => {
  const answer = run(`Variables.${id}`, values, context);
  if (answer instanceof Promise) throw new Error('variable actions do not wait');
  return answer;
};
const failing = (id: string, values: Values): string => {
  try {
    result(id, values);
  } catch (cause) {
    if (cause instanceof ActionError) return cause.code;
    throw cause;
  }
  throw new Error(`${id} should have failed`);
};
const itemsOf = (value: RobinValue | undefined) =>
  typeof value === 'object' && value.kind === 'list' ? value.items : undefined;
const changedList = (id: string, values: Values, context = testContext()) =>
  itemsOf(result(id, values, context).changed?.['List']);
const tableOf = (value: RobinValue | undefined): DatatableValue => {
  if (typeof value === 'object' && value.kind === 'datatable') return value;
  throw new Error('no table');
};
const changedTable = (id: string, values: Values) => tableOf(result(id, values).changed?.['DataTable']);
const people = () =>
  datatableOf(
    ['Name', 'Age'],
    [
      ['Bob', 41],
      ['alice', 9],
      ['Carol', 41],
    ],
  );

describe('numbers', () => {
  test.each<[string, Values, number]>([
    ['IncreaseVariable', { Value: 2, IncrementValue: 3 }, 5],
    ['DecreaseVariable', { Value: 2, DecrementValue: 0.5 }, 1.5],
  ])('%s changes the variable', (id, values, expected) => {
    expect(result(id, values)).toEqual({ changed: { Value: expected } });
  });

  test.each<[string, Values, number]>([
    ['TruncateNumber.GetIntegerPart', { Number: -3.7 }, -3],
    ['TruncateNumber.GetDecimalPart', { Number: 3.1 }, 0.1],
    ['TruncateNumber.RoundNumber', { Number: 2.34567 }, 2.346],
    ['TruncateNumber.RoundNumber', { Number: 2.5, DecimalPlaces: 0 }, 3],
    ['TruncateNumber.RoundNumber', { Number: 1.005, DecimalPlaces: 2 }, 1.01],
  ])('%s %o', (id, values, expected) => {
    expect(result(id, values).outputs).toEqual({ Result: expected });
  });

  test('random numbers lie between their bounds, both included', () => {
    const bounds = { MinimumValue: 1, MaximumValue: 6 };
    const draw = (chance: number) =>
      result('GenerateRandomNumber.RandomNumber', bounds, testContext({ random: () => chance })).outputs;
    expect([draw(0), draw(0.9999)]).toEqual([{ RandomNumber: 1 }, { RandomNumber: 6 }]);
  });

  test('a list without duplicates can use up its whole range', () => {
    const values = { MinimumValue: 1, MaximumValue: 5, NumbersCount: 5 };
    const drawn = itemsOf(result('GenerateRandomNumber.ListOfRandomNumbers', values).outputs?.['RandomNumbers']);
    expect(drawn?.toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(failing('GenerateRandomNumber.ListOfRandomNumbers', { ...values, NumbersCount: 6 })).toBe(
      'FailedToGenerateRandomNumberError',
    );
    const repeated = { ...values, NumbersCount: 6, AllowDuplicates: true };
    expect(
      itemsOf(result('GenerateRandomNumber.ListOfRandomNumbers', repeated).outputs?.['RandomNumbers']),
    ).toHaveLength(6);
  });
});

describe('lists', () => {
  test('a new list is empty', () => {
    expect(itemsOf(result('CreateNewList', {}).outputs?.['List'])).toEqual([]);
  });

  test('an added item is a copy: changing it later does not reach the list', () => {
    const item = listOf([1]);
    const list = changedList('AddItemToList', { Item: item, List: listOf(['a']) });
    item.items.push(2);
    expect(list).toEqual(['a', listOf([1])]);
  });

  test.each<[string, Values, RobinValue[]]>([
    ['RemoveItemFromList.RemoveItemFromListByIndex', { List: textList(['a', 'b']), ItemIndex: 0 }, ['b']],
    ['RemoveItemFromList.RemoveItemFromListByIndex', { List: textList(['a', 'b']), ItemIndex: -1 }, ['a']],
    ['RemoveItemFromList.RemoveItemFromListByValue', { List: textList(['a', 'b', 'a']), Item: 'a' }, ['b', 'a']],
    [
      'RemoveItemFromList.RemoveItemFromListByValue',
      { List: textList(['a', 'b', 'a']), Item: 'a', ItemMatchAllOccurrences: true },
      ['b'],
    ],
    ['ClearList', { List: textList(['a']) }, []],
    ['ReverseList', { List: listOf([1, 2, 3]) }, [3, 2, 1]],
    ['ShuffleList', { List: listOf([1, 2, 3, 4]) }, [1, 4, 2, 3]],
    ['SortList.SortList', { List: listOf(['b', 10, 'A', 9, '']) }, ['', 9, 10, 'A', 'b']],
    ['RemoveDuplicateItemsFromList', { List: listOf(['a', 'A', 'a', 1]) }, ['a', 'A', 1]],
    ['RemoveDuplicateItemsFromList', { List: textList(['a', 'A', 'b']), IgnoreCase: true }, ['a', 'b']],
  ])('%s %o', (id, values, expected) => {
    expect(changedList(id, values)).toEqual(expected);
  });

  test('sorting by properties goes to the next one when the first are equal', () => {
    const item = (name: string, age: number) => objectOf({ name, age });
    const list = listOf([item('b', 1), item('a', 1), item('c', 2)]);
    const sorted = changedList('SortList.SortListByProperty', {
      List: list,
      Property1: 'age',
      SortDirection1: 'Descending',
      Property2: 'name',
    });
    expect(sorted).toEqual([item('c', 2), item('a', 1), item('b', 1)]);
  });

  test.each<[string, string[]]>([
    ['MergeLists', ['a', 'b', 'b', 'b', 'c']],
    ['SubtractLists', ['a']],
    ['FindCommonListItems', ['b']],
  ])('%s', (id, expected) => {
    const values = { FirstList: textList(['a', 'b', 'b']), SecondList: textList(['b', 'c']) };
    expect(itemsOf(result(id, values).outputs?.['OutputList'])).toEqual(expected);
  });

  test('what is not there cannot be removed', () => {
    const list = textList(['a']);
    expect(failing('RemoveItemFromList.RemoveItemFromListByIndex', { List: list, ItemIndex: 1 })).toBe(
      'ItemIndexIsOutOfRangeError',
    );
    expect(failing('RemoveItemFromList.RemoveItemFromListByValue', { List: list, Item: 'b' })).toBe(
      'ItemNotFoundError',
    );
  });
});

describe('tables', () => {
  test('a new table is a copy of what was given', () => {
    const given = people();
    const made = tableOf(result('CreateNewDatatable', { InputTable: given }).outputs?.['DataTable']);
    given.rows.pop();
    expect(made.rows).toHaveLength(3);
    expect(tableOf(result('CreateNewDatatable', {}).outputs?.['DataTable']).rows).toEqual([]);
  });

  test.each<[string, Values, unknown]>([
    ['AddRowToDataTable.AppendRowToDataTable', { RowToAdd: listOf(['Dan', 1]) }, ['Bob', 'alice', 'Carol', 'Dan']],
    [
      'AddRowToDataTable.InsertItemToDataTable',
      { RowToAdd: listOf(['Dan', 1]), RowIndex: 0 },
      ['Dan', 'Bob', 'alice', 'Carol'],
    ],
    ['DeleteRowFromDataTable', { RowIndex: 1 }, ['Bob', 'Carol']],
    ['ClearDataTable', {}, []],
    ['ModifyDataTableItem', { RowIndex: 0, ColumnNameOrIndex: 'name', Value: 'Rob' }, ['Rob', 'alice', 'Carol']],
    ['ModifyDataTableItem', { RowIndex: 0, ColumnNameOrIndex: '0', Value: 'Rob' }, ['Rob', 'alice', 'Carol']],
    ['SortDataTable.SortWithColumnName', { ColumnName: 'Name' }, ['alice', 'Bob', 'Carol']],
    ['SortDataTable.SortWithColumnIndex', { ColumnIndex: 1, Order: 'Descending' }, ['Bob', 'Carol', 'alice']],
  ])('%s %o', (id, values, names) => {
    const table = changedTable(id, { DataTable: people(), ...values });
    expect(table.rows.map((row) => row[0])).toEqual(names);
  });

  test('columns come and go with the cells of every row', () => {
    const wide = changedTable('AddColumnToDataTable.InsertColumnToDataTable', {
      DataTable: people(),
      ColumnName: 'City',
      ColumnIndex: 1,
    });
    expect([wide.columns, wide.rows[0]]).toEqual([
      ['Name', 'City', 'Age'],
      ['Bob', '', 41],
    ]);
    const appended = changedTable('AddColumnToDataTable.AppendColumnToDataTable', {
      DataTable: people(),
      ColumnName: 'City',
    });
    expect(appended.columns).toEqual(['Name', 'Age', 'City']);
    const narrow = changedTable('DeleteColumnFromDataTable.DeleteColumnWithName', {
      DataTable: wide,
      ColumnName: 'city',
    });
    expect([narrow.columns, narrow.rows[0]]).toEqual([
      ['Name', 'Age'],
      ['Bob', 41],
    ]);
    const one = changedTable('DeleteColumnFromDataTable.DeleteColumnWithIndex', { DataTable: narrow, ColumnIndex: 0 });
    expect([one.columns, one.rows[0]]).toEqual([['Age'], [41]]);
  });

  test('empty and repeated rows are deleted', () => {
    const rows = () =>
      datatableOf(
        ['A', 'B'],
        [
          ['x', 1],
          ['', ''],
          ['x', 1],
          ['y', 1],
        ],
      );
    expect(changedTable('DeleteEmptyRowsFromDataTable', { DataTable: rows() }).rows).toHaveLength(3);
    expect(changedTable('DeleteDuplicateRowsFromDataTable', { DataTable: rows() }).rows).toEqual([
      ['x', 1],
      ['', ''],
      ['y', 1],
    ]);
  });

  test('an empty table takes the width of its first row', () => {
    const table = changedTable('AddRowToDataTable.AppendRowToDataTable', {
      DataTable: datatableOf(undefined),
      RowToAdd: listOf(['a', 'b']),
    });
    expect([table.columns, table.rows]).toEqual([['Column1', 'Column2'], [['a', 'b']]]);
  });

  test('a column becomes a list', () => {
    const values = { DataTable: people(), ColumnNameOrIndex: 'Age' };
    expect(itemsOf(result('RetrieveDataTableColumnIntoList', values).outputs?.['ColumnAsList'])).toEqual([41, 9, 41]);
  });

  test.each<[string, Values, string]>([
    ['AddRowToDataTable.AppendRowToDataTable', { RowToAdd: listOf(['too short']) }, 'InvalidInputArgumentsError'],
    [
      'AddRowToDataTable.InsertItemToDataTable',
      { RowToAdd: listOf(['a', 1]), RowIndex: 4 },
      'ItemIndexIsOutOfRangeError',
    ],
    ['DeleteRowFromDataTable', { RowIndex: 3 }, 'ItemIndexIsOutOfRangeError'],
    ['ModifyDataTableItem', { RowIndex: 0, ColumnNameOrIndex: 'Town', Value: '' }, 'ColumnNameDoesNotExistError'],
    ['ModifyDataTableItem', { RowIndex: 0, ColumnNameOrIndex: '2', Value: '' }, 'ColumnIndexIsOutOfRangeError'],
    ['AddColumnToDataTable.AppendColumnToDataTable', { ColumnName: 'AGE' }, 'ColumnNameAlreadyExistsError'],
  ])('%s %o fails', (id, values, code) => {
    expect(failing(id, { DataTable: people(), ...values })).toBe(code);
  });
});

describe('finding and replacing in tables', () => {
  const found = (id: string, values: Values) =>
    tableOf(result(`FindOrReplaceInDataTable.${id}`, { DataTable: people(), ...values }).outputs?.['DataTableMatches'])
      .rows;

  test.each<[string, Values, number[][]]>([
    [
      'FindItemInDataTableEverywhere',
      { ValueToFind: 'A' },
      [
        [1, 0],
        [2, 0],
      ],
    ],
    ['FindItemInDataTableEverywhere', { ValueToFind: 'a', MatchCase: true, AllMatches: false }, [[1, 0]]],
    ['FindItemInDataTableEverywhere', { ValueToFind: '9', MatchEntireCellContents: true }, [[1, 1]]],
    [
      'FindItemInDataTableByColumnIndex',
      { ValueToFind: '41', ColumnNameOrIndex: 'Age' },
      [
        [0, 1],
        [2, 1],
      ],
    ],
    [
      'FindItemInDataTableWithRegexEverywhere',
      { ValueToFind: '^[A-Z]' },
      [
        [0, 0],
        [2, 0],
      ],
    ],
    ['FindItemInDataTableWithRegexByColumnIndex', { ValueToFind: '\\d', ColumnNameOrIndex: '0' }, []],
  ])('%s %o', (id, values, places) => {
    expect(found(id, values)).toEqual(places);
  });

  test.each<[string, Values, RobinValue[]]>([
    ['ReplaceItemInDataTableEverywhere', { ValueToFind: 'a', TextToReplaceWith: 'o' }, ['Bob', 'olice', 'Corol']],
    [
      'ReplaceItemInDataTableByColumnIndex',
      { ValueToFind: 'bob', TextToReplaceWith: 'Rob', ColumnNameOrIndex: 'Name', MatchEntireCellContents: true },
      ['Rob', 'alice', 'Carol'],
    ],
    [
      'ReplaceItemInDataTableWithRegexEverywhere',
      { ValueToFind: '^(.)', TextToReplaceWith: '<$1>', AllMatches: false },
      ['<B>ob', 'alice', 'Carol'],
    ],
    [
      'ReplaceItemInDataTableWithRegexByColumnIndex',
      { ValueToFind: 'l+', TextToReplaceWith: '', ColumnNameOrIndex: '0' },
      ['Bob', 'aice', 'Caro'],
    ],
  ])('%s %o', (id, values, names) => {
    expect(
      changedTable(`FindOrReplaceInDataTable.${id}`, { DataTable: people(), ...values }).rows.map((row) => row[0]),
    ).toEqual(names);
  });
});

describe('filters, merges and joins', () => {
  const filtered = (rules: RobinValue[][], columns?: string[], values: Values = {}) =>
    tableOf(
      result('FilterDataTable', { DataTable: people(), FilterParameters: datatableOf(columns, rules), ...values })
        .outputs?.['FilteredDataTable'],
    ).rows.map((row) => row[0]);

  test.each<[RobinValue[][], string[]]>([
    [[['Age', '>', 10]], ['Bob', 'Carol']],
    [
      [
        ['Age', 'Greater than', '10'],
        ['Name', 'Starts with', 'C', 'And'],
      ],
      ['Carol'],
    ],
    [
      [
        ['Age', '<', 10],
        ['Name', 'Equal to', 'Bob', 'Or'],
      ],
      ['Bob', 'alice'],
    ],
    [[['Name', 'Does not contain', 'o']], ['alice']],
    [[['Name', 'Is empty', '']], []],
  ])('rows for which %o hold', (rules, names) => {
    expect(filtered(rules)).toEqual(names);
  });

  test('a filter with named columns and without regard to case', () => {
    expect(filtered([['Equal to', 'ALICE', 'Name']], ['Operator', 'Value', 'Column'], { MatchCase: false })).toEqual([
      'alice',
    ]);
  });

  test('a list is filtered by its items or their properties', () => {
    const words = {
      ListToFilter: textList(['apple', 'Bat']),
      FilterParameters: datatableOf(undefined, [['Contains', 'b']]),
      IgnoreCase: true,
    };
    expect(itemsOf(result('FilterList', words).outputs?.['FilteredList'])).toEqual(['Bat']);
    const long = {
      ListToFilter: textList(['apple', 'Bat']),
      FilterParameters: datatableOf(undefined, [['Length', '>', 3]]),
    };
    expect(itemsOf(result('FilterList', long).outputs?.['FilteredList'])).toEqual(['apple']);
  });

  test('an unknown operator is refused by name', () => {
    expect(
      failing('FilterDataTable', {
        DataTable: people(),
        FilterParameters: datatableOf(undefined, [['Age', 'sounds like', 1]]),
      }),
    ).toBe('InvalidInputArgumentsError');
  });

  const second = () => datatableOf(['name', 'City'], [['Dan', 'Rome']]);
  const merged = (mode: string) =>
    tableOf(
      result('MergeDataTables', { FirstDataTable: people(), SecondDataTable: second(), MergeMode: mode }).changed?.[
        'FirstDataTable'
      ],
    );

  test('merging matches columns by name', () => {
    const all = merged('AddExtraColumns');
    expect([all.columns, all.rows[0], all.rows[3]]).toEqual([
      ['Name', 'Age', 'City'],
      ['Bob', 41, ''],
      ['Dan', '', 'Rome'],
    ]);
    expect(merged('IgnoreExtraColumns').rows[3]).toEqual(['Dan', '']);
    expect(() => merged('ErrorOnExtraColumns')).toThrow(/no column 'City'/);
  });

  const cities = () =>
    datatableOf(
      ['Name', 'City'],
      [
        ['Bob', 'Rome'],
        ['Dan', 'Oslo'],
      ],
    );
  test.each([
    ['Inner', [['Bob', 41, 'Bob', 'Rome']]],
    [
      'Left',
      [
        ['Bob', 41, 'Bob', 'Rome'],
        ['alice', 9, '', ''],
        ['Carol', 41, '', ''],
      ],
    ],
    [
      'Full',
      [
        ['Bob', 41, 'Bob', 'Rome'],
        ['alice', 9, '', ''],
        ['Carol', 41, '', ''],
        ['', '', 'Dan', 'Oslo'],
      ],
    ],
  ])('a join of the kind %s', (operation, rows) => {
    const values = {
      FirstDataTable: people(),
      SecondDataTable: cities(),
      JoinOperation: operation,
      JoinParameters: datatableOf(undefined, [['Name', 'Name']]),
    };
    const table = tableOf(result('JoinDataTable', values).outputs?.['JoinedDataTable']);
    expect([table.columns, table.rows]).toEqual([['Name', 'Age', 'Name_2', 'City'], rows]);
  });
});

describe('CSV and JSON', () => {
  test('fields that numbers print back become numbers, others stay texts', () => {
    const values = { CSVText: 'a,1,007,1.50,True', FirstLineContainsColumnNames: false };
    const read = (more: Values) =>
      tableOf(result('GenerateDataTableFromCSV.ReadPredefinedSeparator', { ...values, ...more }).outputs?.['CSVTable'])
        .rows;
    expect(read({})).toEqual([['a', 1, '007', '1.50', true]]);
    expect(read({ ReadFieldsAsText: true })).toEqual([['a', '1', '007', '1.50', 'True']]);
  });

  test('own separators and fixed widths', () => {
    const custom = { CSVText: 'a|b', CustomColumnsSeparator: '|' };
    expect(tableOf(result('GenerateDataTableFromCSV.ReadCustomSeparator', custom).outputs?.['CSVTable']).rows).toEqual([
      ['a', 'b'],
    ]);
    const fixed = { CSVText: 'ab1', FixedColumnWidths: '2,1' };
    expect(tableOf(result('GenerateDataTableFromCSV.ReadFixedColumnWidths', fixed).outputs?.['CSVTable']).rows).toEqual(
      [['ab', 1]],
    );
    expect(failing('GenerateDataTableFromCSV.ReadFixedColumnWidths', { ...fixed, FixedColumnWidths: '0' })).toBe(
      'FailedToReadFromCSVError',
    );
  });

  test('a table becomes CSV', () => {
    const table = datatableOf(['A', 'B'], [['x,y', 2]]);
    const common = { DataTable: table, IncludeColumnNames: true };
    expect(result('ConvertDataTableToCSV.DataTableToCSVCommonSeparator', common).outputs).toEqual({
      CSVText: 'A,B\n"x,y",2\n',
    });
    const custom = { DataTable: table, CustomColumnsSeparator: ';' };
    expect(result('ConvertDataTableToCSV.DataTableToCSVCustomSeparator', custom).outputs).toEqual({
      CSVText: 'x,y;2\n',
    });
  });

  test('JSON goes in and out unchanged', () => {
    const json = '{"a":1,"b":[true,null,"x"],"c":{"d":{}}}';
    const object = result('ConvertJsonToCustomObject', { Json: json }).outputs?.['CustomObject'];
    expect(result('ConvertCustomObjectToJson', { CustomObject: object }).outputs).toEqual({ Json: json });
  });

  test.each(['', '{', "{'a':1}", `${'['.repeat(200)}${']'.repeat(200)}`])('JSON that cannot be used: %s', (json) => {
    expect(failing('ConvertJsonToCustomObject', { Json: json })).toBe('ErrorParsingJSONError');
  });
});
