import {
  type ActionDefinition,
  cloneValue,
  datatableOf,
  type DatatableValue,
  listOf,
  propertyOf,
  type RobinValue,
  toText,
} from '@deskhand/robin';
import { boolean, choice, datatable, inPlace, list, output } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readList, readTable } from '../declare/read-argument.ts';
import { foldCase } from '../text/find-text.ts';
import { variableErrors } from './errors.ts';
import { filterRules, passes } from './filter-rule.ts';
import { columnIndexOf } from './table-column.ts';

const columnErrors = [variableErrors.ColumnNameDoesNotExistError, variableErrors.ColumnIndexIsOutOfRangeError];
const cloned = (row: readonly RobinValue[]): RobinValue[] => row.map(cloneValue);

const filterTable: ActionDefinition = {
  id: 'Variables.FilterDataTable',
  title: 'Filter data table',
  summary:
    'The rows for which the rules hold. Ours, unproven in Power Automate: a rule is a row of column, operator, value and And/Or.',
  linux: 'core',
  errors: [...columnErrors, variableErrors.InvalidInputArgumentsError],
  selectors: {
    '': {
      arguments: { DataTable: datatable(), FilterParameters: datatable(), MatchCase: boolean({ default: true }) },
      outputs: { FilteredDataTable: output('datatable', 'FilteredDataTable') },
      run: (call) => {
        const table = readTable(call, 'DataTable');
        const rules = filterRules(readTable(call, 'FilterParameters'), !readBoolean(call, 'MatchCase'));
        const columns = new Map(rules.map(({ subject }) => [subject, columnIndexOf(table, subject)]));
        const rows = table.rows.filter((row) => passes(rules, (subject) => row[columns.get(subject) ?? 0] ?? ''));
        return { outputs: { FilteredDataTable: { ...table, columns: [...table.columns], rows: rows.map(cloned) } } };
      },
    },
  },
};

const filterList: ActionDefinition = {
  id: 'Variables.FilterList',
  title: 'Filter list',
  summary:
    'The items for which the rules hold. Ours, unproven in Power Automate: a rule is a row of operator and value, or of property, operator, value and And/Or.',
  linux: 'core',
  errors: [variableErrors.InvalidInputArgumentsError],
  selectors: {
    '': {
      arguments: { ListToFilter: list(), FilterParameters: datatable(), IgnoreCase: boolean({ default: false }) },
      outputs: { FilteredList: output('list', 'FilteredList') },
      run: (call) => {
        const rules = filterRules(readTable(call, 'FilterParameters'), readBoolean(call, 'IgnoreCase'));
        const kept = readList(call, 'ListToFilter').items.filter((item) =>
          passes(rules, (property) => (property === '' ? item : propertyOf(item, property, call.context.fileFacts))),
        );
        return { outputs: { FilteredList: listOf(kept.map(cloneValue)) } };
      },
    },
  },
};

const merge: ActionDefinition = {
  id: 'Variables.MergeDataTables',
  title: 'Merge data tables',
  summary: 'Adds the rows of the second table to the first; columns are matched by name, or by place without headers.',
  linux: 'core',
  errors: [variableErrors.InvalidInputArgumentsError],
  selectors: {
    '': {
      arguments: {
        FirstDataTable: inPlace('datatable'),
        SecondDataTable: datatable(),
        MergeMode: choice('Variables.MergeMode', ['AddExtraColumns', 'IgnoreExtraColumns', 'ErrorOnExtraColumns']),
      },
      outputs: {},
      run: (call) => {
        const mode = readChoice(call, 'MergeMode');
        return {
          changed: {
            FirstDataTable: merged(readTable(call, 'FirstDataTable'), readTable(call, 'SecondDataTable'), mode),
          },
        };
      },
    },
  },
};

function merged(first: DatatableValue, second: DatatableValue, mode: string): DatatableValue {
  const columns = [...first.columns];
  const targets = second.columns.map((name) => {
    const at = columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    if (at >= 0 || mode === 'IgnoreExtraColumns') return at;
    if (mode === 'ErrorOnExtraColumns') {
      throw failure(variableErrors.InvalidInputArgumentsError, `The first table has no column '${name}'.`);
    }
    return columns.push(name) - 1;
  });
  const moved = second.rows.map((row) => {
    const cells: RobinValue[] = columns.map(() => '');
    row.forEach((cell, index) => {
      const target = targets[index] ?? -1;
      if (target >= 0) cells[target] = cloneValue(cell);
    });
    return cells;
  });
  const widened = first.rows.map((row) => [...row, ...columns.slice(row.length).map(() => '')]);
  return { ...first, columns, rows: [...widened, ...moved] };
}

const join: ActionDefinition = {
  id: 'Variables.JoinDataTable',
  title: 'Join data tables',
  summary:
    'Rows of two tables side by side where their columns agree. Ours, unproven in Power Automate: a rule is a row of a column of the first and one of the second table, compared for equality.',
  linux: 'core',
  errors: [...columnErrors, variableErrors.InvalidInputArgumentsError],
  selectors: {
    '': {
      arguments: {
        FirstDataTable: datatable(),
        SecondDataTable: datatable(),
        JoinOperation: choice('Variables.JoinOperationType', ['Inner', 'Left', 'Full']),
        JoinParameters: datatable(),
      },
      outputs: { JoinedDataTable: output('datatable', 'JoinedDataTable') },
      run: (call) => {
        const [first, second] = [readTable(call, 'FirstDataTable'), readTable(call, 'SecondDataTable')];
        const keys = joinKeys(readTable(call, 'JoinParameters'), first, second);
        return { outputs: { JoinedDataTable: joined(first, second, keys, readChoice(call, 'JoinOperation')) } };
      },
    },
  },
};

interface JoinKeys {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

function joinKeys({ rows }: DatatableValue, first: DatatableValue, second: DatatableValue): JoinKeys {
  if (rows.length === 0) throw failure(variableErrors.InvalidInputArgumentsError, 'The join has no rule.');
  return {
    first: rows.map((row) => columnIndexOf(first, toText(row[0] ?? ''))),
    second: rows.map((row) => columnIndexOf(second, toText(row.at(-1) ?? ''))),
  };
}

const JOINED_ROWS_MAX = 5_000_000;

function joined(first: DatatableValue, second: DatatableValue, keys: JoinKeys, operation: string): DatatableValue {
  const keyOf = (row: readonly RobinValue[], columns: readonly number[]): string =>
    JSON.stringify(columns.map((column) => toText(row[column] ?? '')));
  const partners = Map.groupBy(second.rows, (row) => keyOf(row, keys.second));
  const used = new Set<string>();
  const rows: RobinValue[][] = [];
  const emptyFirst: RobinValue[] = first.columns.map(() => '');
  const emptySecond: RobinValue[] = second.columns.map(() => '');
  for (const row of first.rows) {
    const key = keyOf(row, keys.first);
    const found = partners.get(key);
    if (found !== undefined) used.add(key);
    const others = found ?? (operation === 'Inner' ? [] : [emptySecond]);
    for (const other of others) rows.push([...cloned(row), ...cloned(other)]);
    if (rows.length > JOINED_ROWS_MAX) {
      throw failure(variableErrors.InvalidInputArgumentsError, `The join makes more than ${JOINED_ROWS_MAX} rows.`);
    }
  }
  if (operation === 'Full') {
    const left = second.rows.filter((row) => !used.has(keyOf(row, keys.second)));
    rows.push(...left.map((row) => [...emptyFirst, ...cloned(row)]));
  }
  return datatableOf(distinctNames(first.columns, second.columns), rows);
}

function distinctNames(first: readonly string[], second: readonly string[]): readonly string[] {
  const taken = new Set(first.map(foldCase));
  const renamed = second.map((name) => {
    let free = name;
    for (let number = 2; taken.has(foldCase(free)); number += 1) free = `${name}_${number}`;
    taken.add(foldCase(free));
    return free;
  });
  return [...first, ...renamed];
}

export const relationActions = [filterTable, filterList, merge, join];
