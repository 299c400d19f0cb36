import { expect, test } from 'vitest';
import { failedTests } from './failed-tests.ts';

const passed = { status: 'passed', fullName: 'one holds', failureMessages: [] };
const failed = {
  status: 'failed',
  fullName: 'two holds',
  failureMessages: ['\u001B[31mexpected 1\u001B[39m\n\n to be 2\na\nb\nc\nd\ne'],
};

test('the end of a run names each failed test with the first lines of its reason', () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      { name: '/repository/a.test.ts', status: 'failed', assertionResults: [passed, failed] },
      { name: '/repository/b.test.ts', status: 'failed', message: 'Cannot find c.ts', assertionResults: [] },
      { name: '/repository/d.test.ts', status: 'passed', assertionResults: [passed] },
    ],
  };
  expect(failedTests(report, '/repository/')).toEqual([
    'a.test.ts › two holds\n    expected 1\n    to be 2\n    a\n    b\n    c\n    d',
    'b.test.ts\n    Cannot find c.ts',
  ]);
});
