import { expect, test } from 'vitest';
import { steadyOrder } from './steady-order.ts';

const check = (shown: string, latest: string, rows: string, pending: number) => {
  const steady = steadyOrder(shown.split(' '), latest.split(' '), (row) => row);
  expect(steady).toEqual({ rows: rows.split(' '), pending });
};

test('a new order waits while somebody points at the table', () => check('a b c', 'c a b', 'a b c', 3));
test('a new row waits too', () => check('a b', 'n a b', 'a b', 3));
test('a row that is gone leaves at once', () => check('a b c', 'a c', 'a c', 0));
test('without a change nothing waits', () => check('a b', 'a b', 'a b', 0));
