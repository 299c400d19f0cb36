import { expect, test } from 'vitest';
import { find } from './find.ts';

const flows = [
  { id: 'f1a2b3c4', name: 'Invoices' },
  { id: 'f1a2ffff', name: 'Orders' },
];
const found = (written: string) => find('desktop flow', written, flows).name;

test.each([
  ['Invoices', 'Invoices'],
  ['invoices', 'Invoices'],
  ['f1a2b3c4', 'Invoices'],
  ['f1a2f', 'Orders'],
])('%s is the flow %s', (written, name) => expect(found(written)).toBe(name));

test('a beginning that fits two things is refused with both of them', () =>
  expect(() => found('f1a2')).toThrow('more than one'));
test('a beginning of less than four letters is no id', () =>
  expect(() => found('f1a')).toThrow('There is no desktop flow'));
test('a name that is nearly right is proposed', () =>
  expect(() => found('Invoicse')).toThrow('Did you mean "Invoices"?'));
