import { datatableOf, listOf, type RobinValue, textList } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { changedTable, failing, itemsOf, people, result, tableOf, type Values } from './test-variables.ts';

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
