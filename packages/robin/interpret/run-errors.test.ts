import { describe, expect, test } from 'vitest';
import { createTestWorld } from './test-world.ts';

async function check(flow: string, ...said: string[]): Promise<void> {
  const world = createTestWorld();
  const outcome = await world.run(flow);
  expect(outcome.state === 'failed' ? outcome.error : outcome.state).toBe('succeeded');
  expect(world.said).toEqual(said);
}

async function failure(flow: string): Promise<string> {
  const outcome = await createTestWorld().run(flow);
  return outcome.state === 'failed' ? outcome.error.code : outcome.state;
}

describe('ON ERROR', () => {
  test('without a handler the first failing action stops the flow', async () => {
    const outcome = await createTestWorld().run('SET A TO 1\nTest.Fail\nSET A TO 2');
    expect(outcome).toMatchObject({
      state: 'failed',
      error: { code: 'TestError', actionName: 'Test.Fail', location: { subflow: 'Main', line: 2, actionIndex: 2 } },
    });
  });
  test('an empty handler goes on with the next row', () =>
    check("Test.Fail\nON ERROR\nEND\nTest.Say Text: 'on'", 'on'));
  test('a handler may set, call and jump', () =>
    check(
      "Test.Fail\nON ERROR\nSET A TO 1\nCALL Sub\nGOTO Out\nEND\nTest.Say Text: 'not'\nLABEL Out\nTest.Say Text: A\nFUNCTION Sub GLOBAL\nTest.Say Text: 'sub'\nEND FUNCTION",
      'sub',
      '1',
    ));
  test('THROW ERROR lets the error go on', async () => {
    expect(await failure('Test.Fail\nON ERROR\nSET A TO 1\nTHROW ERROR\nEND')).toBe('TestError');
    await check(
      "BLOCK\nON BLOCK ERROR\nSET A TO 'outer'\nEND\nTest.Fail\nON ERROR\nTHROW ERROR\nEND\nEND\nTest.Say Text: A",
      'outer',
    );
  });
  test('a code filters', async () => {
    await check(
      "Test.Fail Code: 'A'\nON ERROR B\nSET X TO 'b'\nON ERROR a\nSET X TO 'a'\nON ERROR\nSET X TO 'rest'\nEND\nTest.Say Text: X",
      'a',
    );
    expect(await failure("Test.Fail Code: 'A'\nON ERROR B\nEND")).toBe('A');
  });
  test('REPEAT tries again first, then the handler decides', async () => {
    const world = createTestWorld();
    await world.run(
      "Test.Fail Times: 2 Result=> R\nON ERROR REPEAT 3 TIMES WAIT 2\nON ERROR\nSET R TO 'gave up'\nEND\nTest.Say Text: R",
    );
    expect(world.said).toEqual(['after 2']);
    expect(world.waitedMs).toEqual([2000, 2000]);
    expect(world.events.map(({ name, status }) => `${name} ${status}`).slice(0, 3)).toEqual([
      'Test.Fail handled',
      'Test.Fail handled',
      'Test.Fail succeeded',
    ]);
  });
  test('repeats count anew each time the action is reached', () =>
    check(
      'LOOP i FROM 1 TO 2\nTest.Fail Code: i Times: 1 Result=> R\nON ERROR REPEAT 1 TIMES WAIT 0\nEND\nTest.Say Text: R\nEND',
      'after 1',
      'after 1',
    ));
  test('the handler of a condition makes it not hold', () =>
    check(
      'IF (Test.Is.Broken ) THEN\nON ERROR\nEND\nTest.Say Text: 1\nELSE\nTest.Say Text: 2\nEND'.replace(
        'Broken ',
        'Broken @x: 1',
      ),
      '2',
    ));
  test('errors of the logic are not its business', async () =>
    expect(await failure('Test.Say Text: [1][7]\nON ERROR\nEND')).toBe('IndexOutOfRangeError'));
});

describe('BLOCK', () => {
  test('its handler swallows, and the run goes on after the block', () =>
    check(
      'BLOCK\nON BLOCK ERROR\nEND\nTest.Say Text: 1\nTest.Fail\nTest.Say Text: 2\nEND\nTest.Say Text: 3',
      '1',
      '3',
    ));
  test('errors inside called subflows reach it', () =>
    check(
      "BLOCK B\nON BLOCK ERROR\nSET X TO 'caught'\nEND\nCALL S\nEND\nTest.Say Text: X\nFUNCTION S GLOBAL\nLOOP i FROM 1 TO 3\nTest.Fail\nEND\nEND FUNCTION",
      'caught',
    ));
  test('only `all` catches errors of the logic', async () => {
    const body = 'SET L TO []\nSET X TO L[3]\nEND';
    expect(await failure(`BLOCK\nON BLOCK ERROR\nEND\n${body}`)).toBe('IndexOutOfRangeError');
    await check(`BLOCK\nON BLOCK ERROR all\nSET X TO 'all'\nEND\n${body}\nTest.Say Text: X`, 'all');
  });
  test('a typed handler takes its user error, the catch-all the rest', () =>
    check(
      "LOOP FOREACH C IN ['Mine', 'Other']\nBLOCK\nON BLOCK ERROR 'Mine' IsUserDefinedErrorCode: True\nSET X TO 'mine'\nON BLOCK ERROR\nSET X TO 'rest'\nEND\nFlowControl.ThrowCustomError CustomErrorCode: C\nEND\nTest.Say Text: X\nEND",
      'mine',
      'rest',
    ));
  test('a user code does not match an error of the system', async () =>
    expect(await failure("BLOCK\nON BLOCK ERROR 'TestError' IsUserDefinedErrorCode: True\nEND\nTest.Fail\nEND")).toBe(
      'TestError',
    ));
  test('an error inside a handler goes outwards', () =>
    check(
      "BLOCK Outer\nON BLOCK ERROR all\nSET X TO 'outer'\nEND\nBLOCK Inner\nON BLOCK ERROR\nSET X TO 1 / 0\nEND\nTest.Fail\nEND\nEND\nTest.Say Text: X",
      'outer',
    ));
});

describe('the last error', () => {
  test('tells what happened and where, until it is reset', () =>
    check(
      "Test.Fail\nON ERROR\nEND\nERROR => E\nTest.Say Text: $'''%E%|%E.ActionName%|%E.SubflowName%|%E.ActionIndex%'''\nERROR => E Reset: True\nERROR => E\nTest.Say Text: $'''[%E%]'''",
      'TestError happened|Test.Fail|Main|1',
      '[]',
    ));
});

describe('sensitive values', () => {
  test('are hidden in logs, events and errors', async () => {
    const world = createTestWorld();
    const flow =
      "@SENSITIVE: [Secret]\nSET Secret TO 'hunter2'\nSET Copy TO Secret + '!'\nTest.Log Text: $'''it is %Copy%'''\nTest.Fail Code: $'''is %Secret%'''";
    const outcome = await world.run(flow);
    expect(world.logged).toEqual(['info: it is ••••••!']);
    expect(outcome).toMatchObject({ error: { message: 'is •••••• happened' } });
    expect(world.events.at(-1)).toMatchObject({ status: 'failed', errorMessage: 'is •••••• happened' });
  });
  test('are hidden when they come as sensitive inputs or as passwords', async () => {
    const world = createTestWorld();
    const header = "@INPUT Key : { 'Type': 'String', 'IsSensitive': True }\n";
    await world.run(`${header}Test.Log Text: Key\nTest.Take Password: 'opensesame'\nTest.Log Text: 'opensesame'`, {
      inputs: { key: 'k-123' },
    });
    expect(world.logged).toEqual(['info: ••••••', 'info: ••••••']);
  });
});

describe('inputs and outputs', () => {
  const header =
    "@INPUT Name : { 'Type': 'String', 'DefaultValue': 'world' }\n@INPUT Count : { 'Type': 'Numeric' }\n@OUTPUT Text : { 'Type': 'String' }\n";
  const flow = `${header}SET Text TO $'''hello %Name% %Count + 1%'''`;
  test('defaults stand in for what is not given', async () => {
    expect(await createTestWorld().run(flow)).toEqual({ state: 'succeeded', outputs: { Text: 'hello world 1' } });
  });
  test('given values are converted to the declared type', async () => {
    const outcome = await createTestWorld().run(flow, { inputs: { NAME: 'you', Count: '41' } });
    expect(outcome).toEqual({ state: 'succeeded', outputs: { Text: 'hello you 42' } });
  });
  test('a value that does not fit fails before the first statement', async () => {
    const outcome = await createTestWorld().run(flow, { inputs: { Count: 'many' } });
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'InputError' } });
  });
  test('a failed flow still tells its outputs', async () => {
    const outcome = await createTestWorld().run(`${flow}\nTest.Fail`);
    expect(outcome).toMatchObject({ state: 'failed', outputs: { Text: 'hello world 1' } });
  });
});
