import { LogicError } from './logic-error.ts';
import type { RobinValue } from './values.ts';

/** Items that one stored value may hold in all, so that a list that doubles in a loop ends as an error of the flow. */
export const VALUE_ITEMS_MAX = 1_000_000;
/** Containers inside containers. */
export const VALUE_DEPTH_MAX = 200;

/** An independent copy; everything that cannot be changed in place is shared. Raises `ValueTooLargeError` at the bounds. */
export const cloneValue = (value: RobinValue): RobinValue =>
  typeof value === 'object' ? copy(value, { itemsLeft: VALUE_ITEMS_MAX }, 0) : value;

interface Budget {
  itemsLeft: number;
}

function copy(value: RobinValue, budget: Budget, depth: number): RobinValue {
  if (typeof value !== 'object') return value;
  const inner = (items: readonly RobinValue[]): RobinValue[] => {
    spend(budget, items.length, depth);
    return items.map((item) => copy(item, budget, depth + 1));
  };
  switch (value.kind) {
    case 'list':
      return { kind: 'list', items: inner(value.items) };
    case 'datatable':
      return { ...value, columns: [...value.columns], rows: value.rows.map(inner) };
    case 'datarow':
      return { ...value, cells: inner(value.cells) };
    case 'object': {
      spend(budget, value.entries.size, depth);
      const entries = [...value.entries].map(([key, item]) => [key, copy(item, budget, depth + 1)] as const);
      return { kind: 'object', entries: new Map(entries) };
    }
    default:
      return value;
  }
}

function spend(budget: Budget, items: number, depth: number): void {
  budget.itemsLeft -= items;
  if (budget.itemsLeft < 0)
    throw new LogicError('ValueTooLargeError', `A value holds more than ${VALUE_ITEMS_MAX} items.`);
  if (depth > VALUE_DEPTH_MAX) {
    throw new LogicError('ValueTooLargeError', `A value is nested deeper than ${VALUE_DEPTH_MAX} levels.`);
  }
}

export const isContainer = (value: RobinValue): boolean =>
  typeof value === 'object' &&
  (value.kind === 'list' || value.kind === 'datatable' || value.kind === 'datarow' || value.kind === 'object');
