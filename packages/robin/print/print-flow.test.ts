import { describe, expect, test } from 'vitest';
import { parseFlow } from '../syntax/parse-flow.ts';
import { printFlow } from './print-flow.ts';

const print = (text: string): string => printFlow(parseFlow(text).flow);

function check(written: string, canonical: string): void {
  expect(print(written)).toBe(canonical);
  expect(print(canonical)).toBe(canonical);
}

describe('canonical printing', () => {
  test('keywords are upper case and blocks are indented', () =>
    check(
      'if a=1 and not(b) then\nset x to 5\nelse if a = 2 then\n  loop foreach i in L\nnext loop\nend\nelse\nexit function\nend',
      `IF a = 1 AND NOT(b) THEN
    SET x TO 5
ELSE IF a = 2 THEN
    LOOP FOREACH i IN L
        NEXT LOOP
    END
ELSE
    EXIT FUNCTION
END
`,
    ));

  test('cases stand inside their switch', () =>
    check(
      'SWITCH N\nCASE = 1\nSET a TO 1\nDEFAULT\nSET a TO 2\nEND',
      'SWITCH N\n    CASE = 1\n        SET a TO 1\n    DEFAULT\n        SET a TO 2\nEND\n',
    ));

  test('handlers stand as in stored definitions', () =>
    check(
      'block x\non block error all\nset a to 1\nend\nA.B C:1   D=>e\n   on error repeat 2 times wait 3\n on error\nthrow error\n end\nend',
      `BLOCK x
ON BLOCK ERROR ALL
    SET a TO 1
END
    A.B C: 1 D=> e
    ON ERROR REPEAT 2 TIMES WAIT 3
    ON ERROR
        THROW ERROR
    END
END
`,
    ));

  test('decorators, comments and disabled rows are kept', () =>
    check(
      "   @@copilotGeneratedAction : 'False'\nSET a TO 1   # why\n\n\n\n/# two\n  lines #/\nDISABLE set b TO 2\n",
      "@@copilotGeneratedAction: 'False'\nSET a TO 1 # why\n\n/# two\n  lines #/\nDISABLE SET b TO 2\n",
    ));

  test('texts keep their lines', () => check("SET a TO $'''x\n   IF\ny'''", "SET a TO $'''x\n   IF\ny'''\n"));

  test('rows that cannot be read stay as they are', () =>
    check('IF A THEN\n  what   is this?\nEND', 'IF A THEN\n    what   is this?\nEND\n'));

  test('the trailer stays at the end', () =>
    check(
      'set a to 1\n\n# [ControlRepository][PowerAutomateDesktop]\n\n{\n  "x": 1\n}\n',
      'SET a TO 1\n\n# [ControlRepository][PowerAutomateDesktop]\n\n{\n  "x": 1\n}\n',
    ));
});
