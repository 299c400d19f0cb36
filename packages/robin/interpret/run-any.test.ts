import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFlow } from '../check/check-flow.ts';
import { parseFlow } from '../syntax/parse-flow.ts';
import { runFlow } from './run-flow.ts';
import { testContext, testModules } from './test-world.ts';

/** Expressions and statements that are easy to write and often wrong when they run. */
const value = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'A',
      'B',
      'L',
      'O',
      'T',
      '1',
      '-2.5',
      "'5'",
      "'text'",
      "''",
      'True',
      '[]',
      '{ }',
      '{{ }}',
      'Missing',
    ),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '-', '*', '/', ' mod ', '=', '<', '<>', ' AND ', ' OR '), tie('value'))
      .map(([a, sign, b]) => `(${a})${sign}(${b})`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(fc.constantFrom('A', 'L', 'O', 'T'), tie('value')).map(([a, b]) => `${a}[${b}]`),
    fc
      .constantFrom('A', 'L', 'O', 'T')
      .chain((name) => fc.constantFrom('Count', 'Length', 'Columns').map((p) => `${name}.${p}`)),
    tie('value').map((a) => `NOT(${a})`),
    tie('value').map((a) => `IsEmpty(${a})`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `Contains(${a}, ${b}, True)`),
  ),
})).value;

const rows = fc.letrec<{ rows: string }>((tie) => ({
  rows: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(fc.constantFrom('A', 'B', 'L', 'O', 'T', 'L[0]', "O['k']"), value)
      .map(([name, v]) => `SET ${name} TO ${v}`),
    fc.constantFrom(
      'GOTO top',
      'LABEL inner',
      'GOTO inner',
      'EXIT LOOP',
      'NEXT LOOP',
      'CALL Sub',
      'EXIT FUNCTION',
      'THROW ERROR',
    ),
    value.map((v) => `Test.Take Number: ${v} Taken=> B\nON ERROR ConversionError\nSET A TO 1\nEND`),
    value.map((v) => `Variables.AddItemToList Item: ${v} List: L`),
    value.map((v) => `Test.Later Value: ${v} Result=> T`),
    fc.constantFrom('Test.Fail\nON ERROR REPEAT 2 TIMES WAIT 1\nEND', 'Test.Fail', 'ERROR => B Reset: True', 'WAIT 1'),
    fc.tuple(value, tie('rows'), tie('rows')).map(([c, a, b]) => `IF ${c} THEN\n${a}\nELSE\n${b}\nEND`),
    fc.tuple(value, tie('rows')).map(([c, a]) => `LOOP FOREACH A IN ${c}\n${a}\nEND`),
    fc.tuple(value, value, tie('rows')).map(([a, b, body]) => `LOOP i FROM ${a} TO ${b}\n${body}\nEND`),
    fc.tuple(value, tie('rows')).map(([c, a]) => `LOOP WHILE ${c}\n${a}\nEND`),
    fc
      .tuple(fc.constantFrom('', ' all'), tie('rows'), tie('rows'))
      .map(([all, a, b]) => `BLOCK\nON BLOCK ERROR${all}\nSET B TO 2\nEND\n${a}\n${b}\nEND`),
  ),
})).rows;

const flowText = fc
  .tuple(fc.array(rows, { maxLength: 6 }), fc.array(rows, { maxLength: 3 }), fc.constantFrom('', ' GLOBAL'))
  .map(([main, sub, kind]) => `LABEL top\n${main.join('\n')}\nFUNCTION Sub${kind}\n${sub.join('\n')}\nEND FUNCTION\n`);

/** Turns of the event loop after which a flow that goes on for ever is cancelled. */
const TURNS_MAX = 3;

/** Flows that run into the bounds of values are slow. */
const SLOW_FLOWS_TIMEOUT_MS = 60_000;

describe('any flow', { timeout: SLOW_FLOWS_TIMEOUT_MS }, () => {
  test('is checked and run to an outcome, never to an exception', () =>
    fc.assert(
      fc.asyncProperty(flowText, fc.boolean(), async (text, isObserved) => {
        const abort = new AbortController();
        const modules = testModules([], () => 0);
        const { flow } = parseFlow(text);
        checkFlow(flow, { modules });
        let turns = 0;
        const turn = async (): Promise<void> => {
          turns += 1;
          if (turns >= TURNS_MAX) abort.abort();
        };
        const outcome = await runFlow(flow, {
          modules,
          context: testContext(abort.signal, []),
          inputs: {},
          clockMs: () => performance.now(),
          wait: turn,
          yieldTurn: turn,
          ...(isObserved ? { observer: { onStatement: () => undefined } } : {}),
        });
        expect(['succeeded', 'failed', 'cancelled']).toContain(outcome.state);
      }),
      { numRuns: 200, seed: 1 },
    ));
});
