import { expect, test } from 'vitest';
import { parseFlow } from '../syntax/parse-flow.ts';
import { locateLine } from './locate.ts';

const text = [
  'SET A TO 1',
  'CALL Sub',
  'FUNCTION Sub GLOBAL',
  '    IF A = 1 THEN',
  "        SET B TO $'''one",
  "two'''",
  '    END',
  'END FUNCTION',
  'SET C TO 2',
];

test.each([
  [1, 'Main', 1],
  [2, 'Main', 2],
  [5, 'Sub', 2],
  [6, 'Sub', 2],
  [9, 'Main', 3],
])('line %i belongs to row of %s', (line, subflow, actionIndex) => {
  const { flow } = parseFlow(text.join('\n'), { mode: 'lenient' });
  expect(locateLine(flow, line)).toEqual({ subflow, line, actionIndex });
});
