import { datatableOf, listOf, objectOf, type RobinValue, textList } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { testContext } from '../test-context.ts';
import { changedList, failing, itemsOf, result, tableOf, type Values } from './test-variables.ts';

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
