import { describe, expect, test } from 'vitest';
import { createTestWorld } from './test-world.ts';

/** Runs a flow and compares what it said, one text a line. */
async function check(flow: string, ...said: string[]): Promise<void> {
  const world = createTestWorld();
  const outcome = await world.run(flow);
  expect(outcome.state === 'failed' ? outcome.error : outcome.state).toBe('succeeded');
  expect(world.said).toEqual(said);
}

/** Runs a flow that must fail, and answers the error's code. */
async function failure(flow: string): Promise<string> {
  const outcome = await createTestWorld().run(flow);
  return outcome.state === 'failed' ? outcome.error.code : outcome.state;
}

const say = (expression: string): string => `Test.Say Text: ${expression}`;

describe('expressions', () => {
  const lists = "SET L TO [1, 2, 3]\nSET O TO {'a': {'b': 'deep'}, 'n': 2}\nSET T TO {^['A', 'B'], [1, 2], [3, 4] }\n";
  test.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['7 mod 4 - 1', '2'],
    ['-2 * -3', '6'],
    ['0.1 + 0.2', '0.3'],
    ['10 / 4', '2.5'],
    ["'a' + 1 + 2", 'a12'],
    ["1 + 2 + 'a'", '3a'],
    ["'5' * '2'", '10'],
    ['1 = 1 AND 2 > 1', 'True'],
    ['NOT(1 = 1) OR 2 <> 2', 'False'],
    ["'1' = 1", 'True'],
    ["'True' = (1 = 1)", 'True'],
    ["'.TXT' = '.txt'", 'False'],
    ["Contains('Hello', 'hell', False)", 'False'],
    ["Contains('Hello', 'hell', True)", 'True'],
    ["NotStartsWith('abc', 'b')", 'True'],
    ["IsEmpty('') AND IsNotEmpty('x')", 'True'],
    ['L[0] + L[-1]', '4'],
    ['L[1:]', '2\n3'],
    ['L.Count', '3'],
    ['L + 4', '1\n2\n3\n4'],
    ["O['a']['b']", 'deep'],
    ['O.a.b', 'deep'],
    ["Contains(O, 'a')", 'True'],
    ["T[1]['A'] + T[0][1]", '5'],
    ['T', '1, 2\n3, 4'],
    ['T.RowsCount', '2'],
    ['T + [5, 6]', '1, 2\n3, 4\n5, 6'],
    ['O', '{"a":{"b":"deep"},"n":2}'],
    ["$'''%L[0] + 1% of %L.Count%%% done'''", '2 of 3% done'],
    ["$'''%O['a']['b']%\\\\%L[0]%'''", 'deep\\1'],
    ["$'''tab\\there'''", 'tab\\there'],
    ["'abc'.Length", '3'],
    ['Unset', ''],
    ['1E3', '1000'],
  ])('%s is %s', async (expression, text) => {
    const value = expression.startsWith("'abc'.") ? "SET S TO 'abc'\n" : '';
    const shown = expression.replace("'abc'.", 'S.');
    await check(`${lists}${value}SET X TO ${shown}\n${say('X')}`, text);
  });

  test.each([
    ['[1, 2][5]', 'IndexOutOfRangeError'],
    ["{'a': 1}['b']", 'KeyNotFoundError'],
    ['1 / 0', 'DivisionByZeroError'],
    ["'x' * 2", 'ConversionError'],
    ['[1].Nothing', 'PropertyNotFoundError'],
    ["'x' < 1", 'ConversionError'],
    ['Nonsense(1)', 'UnknownFunctionError'],
    ["P'abc'", 'EncryptedTextError'],
    ["$fx'=Filter(A, B)'", 'PowerFxNotSupportedError'],
  ])('%s fails with %s', async (expression, code) => {
    expect(await failure(`SET X TO ${expression}`)).toBe(code);
  });

  test('the shared part of Power Fx is evaluated', () =>
    check("SET A TO 2\nSET X TO $fx'=A * 3 + 1'\nTest.Say Text: X\nTest.Say Text: $fx'plain'", '7', 'plain'));
});

describe('variables', () => {
  test('SET copies containers', () =>
    check("SET A TO {'k': [1]}\nSET B TO A\nSET B['k'] TO 'changed'\nTest.Say Text: A", '{"k":[1]}'));
  test('new keys are created, also nested and by a variable', () =>
    check("SET O TO {{ }}\nSET K TO 'x'\nSET O[K] TO {{ }}\nSET O['x']['y'] TO 1\nTest.Say Text: O", '{"x":{"y":1}}'));
  test('names are case-insensitive', () => check('SET MyVar TO 1\nTest.Say Text: MYVAR', '1'));
  test('what is added to a list is a copy', () =>
    check(
      'SET A TO [1]\nVariables.AddItemToList Item: A List: All\nVariables.AddItemToList Item: 2 List: A\nTest.Say Text: All[0].Count',
      '1',
    ));
});

test('a list that doubles for ever ends as an error of the flow', async () => {
  expect(await failure('SET L TO [1]\nLOOP WHILE True\nSET L TO [L, L]\nEND')).toBe('ValueTooLargeError');
  expect(await failure('SET L TO [1]\nLOOP WHILE True\nSET L TO [L]\nEND')).toBe('ValueTooLargeError');
});

describe('branches and loops', () => {
  test('the first branch that holds is taken', () =>
    check(
      "SET A TO 3\nIF A = 1 THEN\nTest.Say Text: 'one'\nELSE IF A = 3 THEN\nTest.Say Text: 'three'\nELSE\nTest.Say Text: 'else'\nEND",
      'three',
    ));
  test('a condition may be an action', () =>
    check('SET B TO True\nIF (Test.Is.True Value: B) THEN\nTest.Say Text: 1\nELSE\nTest.Say Text: 2\nEND', '1'));
  test('the first case that fits wins, without fall-through', () =>
    check(
      "SET N TO 5\nSWITCH N\nCASE = 1\nTest.Say Text: 1\nCASE > 3\nTest.Say Text: 'big'\nCASE = 5\nTest.Say Text: 5\nDEFAULT\nTest.Say Text: 'd'\nEND",
      'big',
    ));
  test('a counting loop leaves its index one step further', () =>
    check('LOOP i FROM 1 TO 3\nEND\nTest.Say Text: i', '4'));
  test('EXIT LOOP leaves the current index', () =>
    check('LOOP i FROM 1 TO 9\nIF i = 3 THEN\nEXIT LOOP\nEND\nEND\nTest.Say Text: i', '3'));
  test('a loop may count down and its body may move the index', () =>
    check('LOOP i FROM 5 TO 1 STEP -1\nTest.Say Text: i\nSET i TO i - 1\nEND', '5', '3', '1'));
  test('NEXT LOOP goes on with the next item', () =>
    check('LOOP FOREACH x IN [1, 2, 3]\nIF x = 2 THEN\nNEXT LOOP\nEND\nTest.Say Text: x\nEND', '1', '3'));
  test('a loop over a table gives its rows', () =>
    check("SET T TO {^['A'], [1], [2] }\nLOOP FOREACH R IN T\nTest.Say Text: R['A']\nEND", '1', '2'));
  test('a loop visits what the list held when it began', () =>
    check(
      'SET L TO [1, 2]\nLOOP FOREACH x IN L\nVariables.AddItemToList Item: x List: L\nEND\nTest.Say Text: L.Count',
      '4',
    ));
  test('LOOP WHILE tests before each turn', () =>
    check(
      'SET N TO 0\nLOOP WHILE (N) < (3)\nVariables.IncreaseVariable Value: N IncrementValue: 1\nEND\nTest.Say Text: N',
      '3',
    ));
  test('a step of zero is refused', async () =>
    expect(await failure('LOOP i FROM 1 TO 2 STEP 0\nEND')).toBe('LoopStepError'));
});

describe('jumps', () => {
  test('GOTO leaves loops and branches, and comes back to a label above', () =>
    check(
      'SET N TO 0\nLABEL Top\nVariables.IncreaseVariable Value: N IncrementValue: 1\nLOOP i FROM 1 TO 5\nIF N < 3 THEN\nGOTO Top\nEND\nEND\nTest.Say Text: N',
      '3',
    ));
  test('a label may stand inside the loop that the jump stays in', () =>
    check("LOOP i FROM 1 TO 2\nIF i = 1 THEN\nGOTO 'Last one'\nEND\nTest.Say Text: i\nLABEL 'Last one'\nEND", '2'));
  test('a jump into a loop is refused', async () =>
    expect(await failure('GOTO Inside\nLOOP i FROM 1 TO 2\nLABEL Inside\nEND')).toBe('JumpIntoBlockError'));
  test('disabled rows do nothing', () =>
    check('DISABLE IF 1 = 2 THEN\nTest.Say Text: 1\nDISABLE END\nDISABLE Test.Say Text: 2', '1'));
});

describe('subflows', () => {
  test('a GLOBAL subflow shares the variables', () =>
    check('SET A TO 1\nCALL Sub\nTest.Say Text: A\nFUNCTION Sub GLOBAL\nSET A TO A + 1\nEND FUNCTION', '2'));
  test('a local function has its own variables, inputs and outputs', () =>
    check(
      'SET A TO 1\nSET R TO 0\nCALL Twice N: 21 Result=> R\nTest.Say Text: R\nTest.Say Text: A\nFUNCTION Twice\nSET A TO 5\nSET Result TO N * 2\nSET GLOBAL.Seen TO N\nEND FUNCTION',
      '42',
      '1',
    ));
  test('local functions may call themselves', () =>
    check(
      'CALL Fact N: 5 R=> X\nTest.Say Text: X\nFUNCTION Fact\nIF N < 2 THEN\nSET R TO 1\nEXIT FUNCTION\nEND\nCALL Fact N: N - 1 R=> Rest\nSET R TO N * Rest\nEND FUNCTION',
      '120',
    ));
  test('calls without end are refused', async () =>
    expect(await failure('CALL A\nFUNCTION A GLOBAL\nCALL A\nEND FUNCTION')).toBe('CallDepthError'));
  test('a text of functions begins with its Main', () =>
    check("FUNCTION B GLOBAL\nTest.Say Text: 'b'\nEND FUNCTION\nFUNCTION Main GLOBAL\nCALL B\nEND FUNCTION", 'b'));
});

describe('actions', () => {
  const take = (argument: string) => `Test.Take ${argument} Taken=> X\nTest.Say Text: X`;
  test.each([
    ["Number: $'''10'''", 'Number=10 Size=Small'],
    ["Flag: $'''False'''", 'Flag=False Size=Small'],
    ['List: 5', 'List=5 Size=Small'],
    ["File: $'''C:\\Temp\\a.txt'''", 'File=/c/Temp/a.txt Size=Small'],
    ["Files: ['C:\\a', 'b']", 'Files=[/c/a, b] Size=Small'],
    ['Size: Test.Size.large', 'Size=Large'],
    ["Moment: '2026-06-15 15:04:05'", 'Moment=6/15/2026 3:04:05 PM Size=Small'],
    ["@Extra: 1 @'odd name': 'x'", 'Size=Small @Extra=1 @odd name=x'],
    ["Password: 'hidden'", 'Size=Small Password=••••••'],
  ])('%s arrives as %s', async (argument, text) => check(take(argument), text));

  test.each([["Number: $'''abc'''"], ['Whole: 1.5'], ["Size: 'Medium'"], ["Moment: 'soon'"]])(
    '%s fails at run time and can be handled',
    async (argument) => {
      expect(await failure(take(argument))).toBe('ConversionError');
      await check(
        `Test.Take ${argument} Taken=> X\nON ERROR ConversionError\nSET X TO 'handled'\nEND\nTest.Say Text: X`,
        'handled',
      );
    },
  );

  test('promises are waited for', () => check("Test.Later Value: 'later' Result=> X\nTest.Say Text: X", 'later'));
  test('older ids still run', () => check("Test.Speak Text: 'old'", 'old'));
  test('an output is not joined to the argument it came from', () =>
    check(
      'SET A TO [1]\nTest.Later Value: A Result=> B\nVariables.AddItemToList Item: 2 List: B\nTest.Say Text: A.Count',
      '1',
    ));
  test('unknown actions fail when they are reached', async () =>
    expect(await failure('Nobody.Knows This: 1')).toBe('UnknownActionError'));
});

describe('waits', () => {
  test('WAIT takes seconds', async () => {
    const world = createTestWorld();
    await world.run('WAIT 1.5\nWAIT 0');
    expect(world.waitedMs).toEqual([1500]);
  });
  test('a conditional wait looks until it holds', () =>
    check('WAIT (Test.Is.After Seconds: 2 Seen=> S)\nTest.Say Text: S', '2000'));
  test('a conditional wait times out', async () => {
    expect(await failure('WAIT (Test.Is.After Seconds: 9) FOR 2')).toBe('TimeoutError');
    await check(
      "WAIT (Test.Is.After Seconds: 9) FOR 2\nON ERROR TimeoutError\nSET X TO 'late'\nEND\nTest.Say Text: X",
      'late',
    );
  });
});

describe('ending', () => {
  test('EXIT stops everything', () =>
    check('Test.Say Text: 1\nCALL S\nTest.Say Text: 2\nFUNCTION S GLOBAL\nEXIT Code: 0\nEND FUNCTION', '1'));
  test('EXIT with a message fails', async () =>
    expect(await failure("EXIT Code: 1 ErrorMessage: $'''no'''")).toBe('FlowExitError'));
  test('an endless loop can be cancelled', async () => {
    const world = createTestWorld();
    const outcome = await world.run('LOOP WHILE 1 = 1\nSET A TO 1\nEND', {
      isObserved: false,
      onTurn: () => world.abort.abort(),
    });
    expect(outcome.state).toBe('cancelled');
  });
  test('an action that never answers can be cancelled', async () => {
    const world = createTestWorld();
    const running = world.run('Test.Hang');
    world.abort.abort();
    expect((await running).state).toBe('cancelled');
  });
  test('a wait can be cancelled, and no handler holds it back', async () => {
    const world = createTestWorld();
    world.abort.abort();
    const outcome = await world.run('BLOCK\nON BLOCK ERROR all\nEND\nWAIT 5\nEND\nSET A TO 1');
    expect(outcome.state).toBe('cancelled');
  });
});
