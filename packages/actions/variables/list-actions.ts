import {
  type ActionDefinition,
  cloneValue,
  listOf,
  propertyOf,
  type RobinValue,
  toText,
  valuesEqual,
} from '@deskhand/robin';
import { any, boolean, choice, inPlace, integer, list, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readAny, readBoolean, readChoice, readList, readNumber, readText } from '../declare/read-argument.ts';
import { variableErrors } from './errors.ts';
import { orderIn } from './sort-values.ts';

type Selector = ActionDefinition['selectors'][string];
const core = { linux: 'core', errors: [] } as const;
const theList = inPlace('list', { summary: 'The list to change.' });

const createNew: ActionDefinition = {
  ...core,
  id: 'Variables.CreateNewList',
  title: 'Create new list',
  summary: 'An empty list.',
  selectors: {
    '': { arguments: {}, outputs: { List: output('list', 'List') }, run: () => ({ outputs: { List: listOf() } }) },
  },
};

const addItem: ActionDefinition = {
  ...core,
  id: 'Variables.AddItemToList',
  title: 'Add item to list',
  summary: 'Puts an item at the end of a list.',
  selectors: {
    '': {
      arguments: { Item: any(), List: theList },
      outputs: {},
      run: (call) => {
        const changed = readList(call, 'List');
        // The list itself grows: a copy for every item would make long loops slow.
        changed.items.push(cloneValue(readAny(call, 'Item')));
        return { changed: { List: changed } };
      },
    },
  },
};

const removeItem: ActionDefinition = {
  id: 'Variables.RemoveItemFromList',
  title: 'Remove item from list',
  summary: 'Takes an item out, by its index or by its value.',
  linux: 'core',
  errors: [variableErrors.ItemIndexIsOutOfRangeError, variableErrors.ItemNotFoundError],
  selectors: {
    RemoveItemFromListByIndex: {
      arguments: { ItemIndex: integer(), List: theList },
      outputs: {},
      run: (call) => {
        const changed = readList(call, 'List');
        const index = readNumber(call, 'ItemIndex');
        const at = index < 0 ? changed.items.length + index : index;
        if (at < 0 || at >= changed.items.length) {
          throw failure(
            variableErrors.ItemIndexIsOutOfRangeError,
            `The list has ${changed.items.length} items, counted from 0; item ${index} is none of them.`,
          );
        }
        changed.items.splice(at, 1);
        return { changed: { List: changed } };
      },
    },
    RemoveItemFromListByValue: {
      arguments: { Item: any(), ItemMatchAllOccurrences: boolean({ default: false }), List: theList },
      outputs: {},
      run: (call) => {
        const { items } = readList(call, 'List');
        const unwanted = readAny(call, 'Item');
        const first = items.findIndex((item) => valuesEqual(item, unwanted));
        if (first < 0) {
          throw failure(variableErrors.ItemNotFoundError, `The list has no item equal to ${toText(unwanted)}.`);
        }
        const all = readBoolean(call, 'ItemMatchAllOccurrences');
        const left = items.filter((item, index) => (all ? !valuesEqual(item, unwanted) : index !== first));
        return { changed: { List: listOf(left) } };
      },
    },
  },
};

/** An action that only turns one list into another. */
const changing = (
  id: string,
  title: string,
  summary: string,
  change: (items: RobinValue[], random: () => number) => readonly RobinValue[],
): ActionDefinition => ({
  ...core,
  id,
  title,
  summary,
  selectors: {
    '': {
      arguments: { List: theList },
      outputs: {},
      run: (call) => ({ changed: { List: listOf(change(readList(call, 'List').items, call.context.random)) } }),
    },
  },
});

const clear = changing('Variables.ClearList', 'Clear list', 'Takes every item out of a list.', () => []);
const reverse = changing('Variables.ReverseList', 'Reverse list', 'Turns the order of a list around.', (items) =>
  items.toReversed(),
);
const shuffle = changing('Variables.ShuffleList', 'Shuffle list', 'Puts a list in a random order.', shuffled);

function shuffled(items: readonly RobinValue[], random: () => number): readonly RobinValue[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const moved = mixed[last];
    mixed[last] = mixed[other] ?? '';
    mixed[other] = moved ?? '';
  }
  return mixed;
}

const direction = choice('Variables.SortDirection', ['Ascending', 'Descending']);
const levels = [1, 2, 3] as const;

const sort: ActionDefinition = {
  ...core,
  id: 'Variables.SortList',
  title: 'Sort list',
  summary: 'Orders a list, by its items or by up to three of their properties.',
  selectors: {
    SortList: {
      arguments: { List: theList },
      outputs: {},
      run: (call) => ({
        changed: { List: listOf(readList(call, 'List').items.toSorted(orderIn(call.context.culture))) },
      }),
    },
    SortListByProperty: {
      arguments: {
        List: theList,
        ...Object.fromEntries(
          levels.flatMap((level) => [
            [`Property${level}`, text({ default: '' })],
            [`SortDirection${level}`, direction],
          ]),
        ),
      },
      outputs: {},
      run: (call) => ({ changed: { List: listOf(sortedByProperties(call)) } }),
    },
  },
};

function sortedByProperties(call: Parameters<Selector['run']>[0]): readonly RobinValue[] {
  const order = orderIn(call.context.culture);
  const keys = levels
    .map((level) => ({
      property: readText(call, `Property${level}`),
      sign: readChoice(call, `SortDirection${level}`) === 'Descending' ? -1 : 1,
    }))
    .filter(({ property }) => property !== '');
  const valueOf = (item: RobinValue, property: string): RobinValue =>
    propertyOf(item, property, call.context.fileFacts);
  return readList(call, 'List').items.toSorted((left, right) => {
    for (const { property, sign } of keys) {
      const difference = order(valueOf(left, property), valueOf(right, property));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
}

const removeDuplicates: ActionDefinition = {
  ...core,
  id: 'Variables.RemoveDuplicateItemsFromList',
  title: 'Remove duplicate items from list',
  summary: 'Keeps the first of equal items.',
  selectors: {
    '': {
      arguments: { List: theList, IgnoreCase: boolean({ default: false }) },
      outputs: {},
      run: (call) => {
        const ignoreCase = readBoolean(call, 'IgnoreCase');
        const keep = uniquely((item) => keyOf(item, ignoreCase));
        return { changed: { List: listOf(readList(call, 'List').items.filter(keep)) } };
      },
    },
  },
};

const uniquely = (key: (item: RobinValue) => string): ((item: RobinValue) => boolean) => {
  const seen = new Set<string>();
  return (item) => {
    const size = seen.size;
    return seen.add(key(item)).size > size;
  };
};

/** Equal keys for equal items, so that long lists are compared once and not item by item. */
function keyOf(item: RobinValue, ignoreCase: boolean): string {
  const kind = typeof item === 'object' ? item.kind : typeof item === 'boolean' ? 'boolean' : '';
  const printed = toText(item);
  return `${kind}:${ignoreCase ? printed.toLowerCase() : printed}`;
}

const combining = (
  id: string,
  title: string,
  summary: string,
  outputName: string,
  combine: (first: readonly RobinValue[], second: readonly RobinValue[]) => readonly RobinValue[],
): ActionDefinition => ({
  ...core,
  id,
  title,
  summary,
  selectors: {
    '': {
      arguments: { FirstList: list(), SecondList: list() },
      outputs: { OutputList: output('list', outputName) },
      run: (call) => {
        const combined = combine(readList(call, 'FirstList').items, readList(call, 'SecondList').items);
        return { outputs: { OutputList: listOf(combined.map(cloneValue)) } };
      },
    },
  },
});

const keysOf = (items: readonly RobinValue[]): ReadonlySet<string> => new Set(items.map((item) => keyOf(item, false)));

const merge = combining(
  'Variables.MergeLists',
  'Merge lists',
  'The items of one list and then those of another. Ours: items of different types may stand together.',
  'OutputList',
  (first, second) => [...first, ...second],
);
const subtract = combining(
  'Variables.SubtractLists',
  'Subtract lists',
  'The items of the first list that the second does not hold.',
  'ListDifference',
  (first, second) => {
    const unwanted = keysOf(second);
    return first.filter((item) => !unwanted.has(keyOf(item, false)));
  },
);
const common = combining(
  'Variables.FindCommonListItems',
  'Find common list items',
  'The items that both lists hold, each once.',
  'IntersectionList',
  (first, second) => {
    const wanted = keysOf(second);
    const isFirst = uniquely((item) => keyOf(item, false));
    return first.filter((item) => wanted.has(keyOf(item, false)) && isFirst(item));
  },
);

export const listActions = [
  createNew,
  addItem,
  removeItem,
  clear,
  sort,
  shuffle,
  merge,
  reverse,
  removeDuplicates,
  common,
  subtract,
];
