import { describe, expect, test } from 'vitest';
import { testModules } from '../interpret/test-world.ts';
import type { Mode } from '../syntax/diagnostic.ts';
import { checkText } from './check-flow.ts';
import type { CheckOptions } from './checking.ts';

const options: CheckOptions = {
  modules: testModules([], () => 0),
  knownActions: () => [
    { id: 'Outlook.Launch', linux: 'windows' },
    { id: 'Excel.LaunchExcel', linux: 'library', selectors: ['Launch'] },
    { id: 'Test.Is', linux: 'core', selectors: ['True', 'Rare'] },
  ],
};

const findings = (text: string, mode: Mode = 'strict', extra: Partial<CheckOptions> = {}): string[] =>
  checkText(text, { ...options, ...extra, mode }).map(({ severity, code, line }) => `${severity} ${code} ${line}`);

const check = (text: string, ...expected: string[]): void => expect(findings(text)).toEqual(expected);
const message = (text: string): string => checkText(text, options)[0]?.message ?? '';

describe('actions', () => {
  test('a right flow has no findings', () =>
    check(
      "SET A TO 1\nTest.Say Text: $'''%A%'''\nTest.Take Number: A Size: Test.Size.Large Taken=> B\nTest.Say Text: B",
    ));
  test('an unknown action suggests a near one', () => {
    check('Test.Sya Text: 1', 'error unknown-action 1');
    expect(message('Test.Sya Text: 1')).toContain('Did you mean Test.Say?');
  });
  test('what needs Windows, what is not built and what does not exist are three things', () =>
    check(
      'Outlook.Launch Instance=> I\nExcel.LaunchExcel.Launch Visible: False Instance=> E\nTest.Is.Rare X: 1\nNobody.Knows',
      'error needs-windows 1',
      'error action-not-available 2',
      'error action-not-available 3',
      'error unknown-action 4',
    ));
  test('a form that the action does not have', () => {
    check('IF (Test.Is.Treu Value: 1) THEN\nEND', 'error unknown-selector 1');
    expect(message('IF (Test.Is.Treu Value: 1) THEN\nEND')).toContain('Test.Is.True');
  });
  test('arguments and outputs', () =>
    check(
      "Test.Say\nTest.Say Txt: 'a' Text: 'b'\nTest.Say Text: 'a' Text: 'b'\nTest.Fail Reslut=> R\nTest.Say Text: 'a' @Extra: 1",
      'error missing-argument 1',
      'error unknown-argument 2',
      'error duplicate-argument 3',
      'error unknown-output 4',
      'error unknown-argument 5',
    ));
  test('dynamic arguments where they are taken', () => check("Test.Take @Any: 1 @'odd one': 2 @Out=> X"));
  test('enum members', () =>
    check(
      "Test.Take Size: Test.Size.Larg\nTest.Take Size: Large\nTest.Take Size: test.size.LARGE\nTest.Take Size: 'Medium'",
      'error unknown-enum-member 1',
      'error bare-enum-member 2',
      'error unknown-enum-member 4',
    ));
  test('a changed argument must be a variable', () =>
    check('Variables.IncreaseVariable Value: 1 IncrementValue: 1', 'error in-place-not-variable 1'));
  test('a literal that cannot become a number is foreseen', () =>
    check(
      "Test.Take Number: 'abc' Flag: 'yes'\nTest.Take Number: '10' Flag: 'false'",
      'warning will-not-convert 1',
      'warning will-not-convert 1',
    ));
  test('only conditions stand in IF', () => check('IF (Test.Say Text: 1) THEN\nEND', 'error not-a-condition 1'));
  test('a condition on a row of its own is refused, because it would do nothing', () => {
    check(
      'Test.Is.True Value: 1\nWAIT (Test.Is.True Value: 1) FOR 1\nIF (Test.Is.True Value: 1) THEN\nEND',
      'error condition-as-row 1',
    );
    expect(message('Test.Is.True Value: 1')).toContain('WAIT (Test.Is.True …)');
  });
  test('older ids are told', () => check("Test.Speak Text: 'x'", 'info old-action-id 1'));
});

describe('variables', () => {
  test('a variable that nothing defines is told once, with a near name', () => {
    check('SET Total TO 1\nTest.Say Text: Totl\nTest.Say Text: totl', 'error unknown-variable 2');
    expect(message('SET Total TO 1\nTest.Say Text: Totl')).toContain('Did you mean Total?');
  });
  test('a definition anywhere in the flow counts, also in other subflows and in place', () =>
    check(
      'Test.Say Text: A\nTest.Say Text: All.Count\nCALL S\nFUNCTION S GLOBAL\nSET A TO 1\nVariables.AddItemToList Item: 1 List: All\nEND FUNCTION',
    ));
  test('inputs, loops and the last error define', () =>
    check(
      "@INPUT N : { 'Type': 'Numeric' }\nLOOP i FROM 1 TO N\nEND\nLOOP FOREACH x IN [1]\nEND\nERROR => E\nTest.Say Text: $'''%i% %x% %E%'''",
    ));
  test('a local function sees its own variables and those with GLOBAL', () =>
    check(
      'SET A TO 1\nCALL F N: 1 R=> X\nTest.Say Text: X\nFUNCTION F\nSET R TO N + GLOBAL.A\nSET R TO A\nEND FUNCTION',
      'error unknown-variable 6',
    ));
  test('forgetting GLOBAL is told', () =>
    check('SET A TO 1\nCALL F\nFUNCTION F\nSET A TO 2\nEND FUNCTION', 'info shadows-flow-variable 4'));
  test('an expression inside a text is looked at', () =>
    check("Test.Say Text: $'''50%off% today'''", 'error unknown-variable 1'));
  test('an action is no value', () => check('SET X TO Clipboard.GetText', 'error unknown-variable 1'));
});

describe('structure', () => {
  test('labels and subflows must exist', () =>
    check('LABEL Done\nGOTO Don\nCALL Sub', 'error unknown-label 2', 'error unknown-subflow 3'));
  test('a jump into a loop', () =>
    check('GOTO In\nLOOP i FROM 1 TO 2\nLABEL In\nGOTO Out\nEND\nLABEL Out', 'error jump-into-block 1'));
  test('handlers hold little', () => {
    const text = 'BLOCK\nON BLOCK ERROR\nTest.Say Text: 1\nEND\nEND';
    check(text, 'error not-in-handler 3');
    expect(findings(text, 'lenient')).toEqual(['warning not-in-handler 3']);
  });
  test('rows out of place', () =>
    check(
      'EXIT LOOP\nEXIT FUNCTION\nTHROW ERROR',
      'error outside-loop 1',
      'error exit-function-in-main 2',
      'warning throw-outside-handler 3',
    ));
  test('names that stand twice', () =>
    check(
      'CALL S\nLABEL A\nLABEL a\nFUNCTION S GLOBAL\nEND FUNCTION\nFUNCTION s GLOBAL\nEND FUNCTION',
      'error duplicate-label 3',
      'error duplicate-subflow 6',
    ));
  test('a GLOBAL subflow takes nothing', () =>
    check('CALL S X: 1\nFUNCTION S GLOBAL\nEND FUNCTION', 'error subflow-takes-no-arguments 1'));
});

describe('what only Windows knows', () => {
  test('paths, until a mapping is declared', () => {
    const text = "SET A TO $'''C:\\Data\\\\%B%'''\nSET B TO '\\\\\\\\server\\share'\nSET C TO 'C: drive'";
    check(text, 'warning windows-path-without-mapping 1', 'warning windows-path-without-mapping 2');
    const one = { 'c:/data/': '/srv' };
    expect(findings(text, 'strict', { pathMapping: one })).toEqual(['warning windows-path-without-mapping 2']);
    expect(findings(text, 'strict', { pathMapping: { ...one, '\\\\server\\share': '/mnt' } })).toEqual([]);
    expect(findings("SET A TO 'C:\\Database\\x'", 'strict', { pathMapping: one })).toHaveLength(1);
  });
  test('a path whose folder only the run knows may be mapped', () => {
    const mapped = { pathMapping: { 'C:\\Users\\ada': '/home/ada' } };
    expect(findings("SET B TO 1\nSET A TO $'''C:\\Users\\\\%B%\\x'''", 'strict', mapped)).toEqual([]);
  });
  test('encrypted passwords', () => check("Test.Take Password: P'abc'", 'error encrypted-password 1'));
  test('Power Fx beyond the shared part', () =>
    check("SET A TO $fx'=1 + 2'\nSET B TO $fx'=Len(A)'", 'error power-fx-not-supported 2'));
  test('elements without their definitions', () =>
    check("SET E TO appmask['S']['B']\nSET F TO appmask['S']['C']", 'warning elements-missing 1'));
  test('an element that is not among those behind the actions is told once', () => {
    const repository = JSON.stringify({ Screens: [{ Name: 'S', Controls: [{ Name: 'B' }] }] });
    const trailer = JSON.stringify({ ControlRepositorySymbols: [{ Name: 'appmask', Repository: repository }] });
    const rows =
      "SET A TO appmask['S']['B']\nSET C TO appmask['S']['C']\nSET D TO appmask['S']['C']\nSET E TO imgrepo['I']";
    check(
      `${rows}\n# [ControlRepository][PowerAutomateDesktop]\n\n${trailer}`,
      'warning element-missing 2',
      'warning element-missing 4',
    );
  });
});

test('findings of reader and checker come in the order of the text', () =>
  expect(findings('SET A TO Missing\nSET B TO (1\nNobody.Knows')).toEqual([
    'error unknown-variable 1',
    'error expected-symbol 2',
    'error unknown-action 3',
  ]));
