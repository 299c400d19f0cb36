import { ActionError, type ArgumentValue, datatableOf, type DatatableValue, type RobinValue } from '@deskhand/robin';
import { runner, testContext } from '../test-context.ts';
import { variablesModule } from './module.ts';

const run = runner(variablesModule);
export type Values = Readonly<Record<string, ArgumentValue>>;
export const result = (id: string, values: Values, context = testContext()) => {
  const answer = run(`Variables.${id}`, values, context);
  if (answer instanceof Promise) throw new Error('variable actions do not wait');
  return answer;
};
export const failing = (id: string, values: Values): string => {
  try {
    result(id, values);
  } catch (cause) {
    if (cause instanceof ActionError) return cause.code;
    throw cause;
  }
  throw new Error(`${id} should have failed`);
};
export const itemsOf = (value: RobinValue | undefined) =>
  typeof value === 'object' && value.kind === 'list' ? value.items : undefined;
export const changedList = (id: string, values: Values, context = testContext()) =>
  itemsOf(result(id, values, context).changed?.['List']);
export const tableOf = (value: RobinValue | undefined): DatatableValue => {
  if (typeof value === 'object' && value.kind === 'datatable') return value;
  throw new Error('no table');
};
export const changedTable = (id: string, values: Values) => tableOf(result(id, values).changed?.['DataTable']);
export const people = () =>
  datatableOf(
    ['Name', 'Age'],
    [
      ['Bob', 41],
      ['alice', 9],
      ['Carol', 41],
    ],
  );
