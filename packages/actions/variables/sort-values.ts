import { compareValues, type RobinValue, toText } from '@deskhand/robin';
import { isEmptyCell } from './table-column.ts';

/**
 * Ours, unproven in Power Automate: numbers by size, dates by time, empty values first, everything else as text in the
 * culture's order. A number stands before a text.
 */
export const orderIn = (culture: string): ((left: RobinValue, right: RobinValue) => number) => {
  const { compare } = new Intl.Collator(culture);
  return (left, right) => {
    const [rankLeft, rankRight] = [rankOf(left), rankOf(right)];
    if (rankLeft !== rankRight) return rankLeft - rankRight;
    if (rankLeft === 3) return compare(toText(left, { culture }), toText(right, { culture }));
    return rankLeft === 0 ? 0 : compareValues(left, right);
  };
};

function rankOf(value: RobinValue): number {
  if (isEmptyCell(value)) return 0;
  if (typeof value === 'number') return 1;
  return typeof value === 'object' && value.kind === 'datetime' ? 2 : 3;
}
