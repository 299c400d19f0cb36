import { expect, test } from 'vitest';
import { errorCauses } from './error-causes.ts';
import { errorTable } from './errors.ts';
import { isMachineFault } from '@deskhand/domain/run/machine-fault.ts';

test('every error has its cause, and every error at a machine’s fault a check that looks at it', () => {
  expect(Object.keys(errorCauses)).toEqual(expect.arrayContaining(Object.keys(errorTable)));
  const faults = Object.keys(errorTable).filter(isMachineFault) as (keyof typeof errorTable)[];
  expect(faults.length).toBeGreaterThan(10);
  expect(faults.filter((code) => errorCauses[code].check === undefined)).toEqual([]);
});
