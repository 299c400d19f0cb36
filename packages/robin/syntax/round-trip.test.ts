import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meaningOf } from '../print/meaning.ts';
import { printFlow } from '../print/print-flow.ts';
import { parseFlow, printLossless } from './parse-flow.ts';

/** Pieces that make the reader choose: everything that opens, closes, joins or escapes. */
const pieces = [
  ...[
    "'",
    "'''",
    "$'''",
    "$fx'",
    "P'",
    '%',
    '%%',
    '\\',
    '"',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '^',
    ':',
    ',',
    '=>',
    '@',
    '@@',
  ],
  ...[
    '#',
    '/#',
    '#/',
    '//',
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\t',
    '**REGION x\n',
    '**ENDREGION\n',
    '# [ControlRepository]\n{',
  ],
  ...[
    'IF ',
    ' THEN\n',
    'ELSE\n',
    'END\n',
    'SET ',
    ' TO ',
    'LOOP ',
    'FOREACH ',
    ' IN ',
    'SWITCH ',
    'CASE = ',
    'BLOCK\n',
  ],
  ...['ON ERROR\n', 'ON BLOCK ERROR\n', 'FUNCTION F', ' GLOBAL\n', 'END FUNCTION\n', 'DISABLE ', 'WAIT (', 'A.B.C X: '],
  ...[
    'x',
    'Ünï',
    '1',
    '1.5E3',
    '-',
    ' + ',
    ' mod ',
    ' AND ',
    'NOT',
    'True',
    'd"2026-01-01"',
    '\uFEFF',
    '\0',
    '😀',
    '\uD800',
  ],
];
const pieceText = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));

const expression = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('A', 'Row', '5', '-1.5', 'True', "'plain'", "$'''text %A% 100%%'''", '[]', '{ }', '{{ }}'),
    fc
      .tuple(tie('value'), fc.constantFrom(' + ', '*', ' AND ', '=', ' <> ', ' mod '), tie('value'))
      .map((parts) => parts.join('')),
    tie('value').map((inner) => `(${inner})`),
    tie('value').map((inner) => `NOT(${inner})`),
    tie('value').map((inner) => `L[${inner}]`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    tie('value').map((inner) => `{'k': ${inner}}`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `Contains(${a},${b})`),
  ),
})).value;

const statement = fc.letrec<{ rows: string }>((tie) => ({
  rows: fc.oneof(
    { depthSize: 'small' },
    expression.map((value) => `SET x TO ${value}`),
    expression.map((value) => `  Module.Action.Form Name:${value} Other : 1 Out =>y # note`),
    expression.map((value) => `A.B C: ${value}\nON ERROR REPEAT 2 TIMES WAIT 1\nON ERROR Code\nSET e TO 1\nEND`),
    fc.constantFrom(
      "@@key: 'v'\nSET a TO 1",
      'DISABLE IF x THEN',
      '',
      'LABEL top',
      'goto top',
      '**REGION r',
      'exit loop',
      'WAIT (A.B C: 1) FOR 3',
    ),
    fc
      .tuple(expression, tie('rows'), tie('rows'))
      .map(([c, a, b]) => `if ${c} then\n${a}\nelse if ${c} then\nELSE\n${b}\nend`),
    fc.tuple(expression, tie('rows')).map(([c, a]) => `\tLOOP FOREACH i IN ${c}\n${a}\n  END`),
    fc.tuple(expression, tie('rows')).map(([c, a]) => `SWITCH ${c}\nCASE = 1\n${a}\nDEFAULT\nEND`),
    fc.tuple(tie('rows'), tie('rows')).map(([a, b]) => `BLOCK\nON BLOCK ERROR all\nSET f TO 1\nEND\n${a}\n${b}\nEND`),
  ),
})).rows;
const validFlow = fc.array(statement, { maxLength: 6 }).map((rows) => rows.join('\n'));

const mutated = fc
  .tuple(validFlow, fc.nat(), fc.nat({ max: 8 }), fc.constantFrom(...pieces))
  .map(([text, at, removed, piece]) => {
    const place = text.length === 0 ? 0 : at % text.length;
    return text.slice(0, place) + piece + text.slice(place + removed);
  });

const readsBack = (text: string): void => {
  for (const mode of ['strict', 'lenient'] as const) expect(printLossless(parseFlow(text, { mode }).flow)).toBe(text);
};

describe('every text', { timeout: 60_000 }, () => {
  test('is read without an exception and given back as it was', () =>
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), pieceText, validFlow, mutated), readsBack), {
      numRuns: 400,
    }));

  test('printed canonically means the same, and printing again changes nothing', () =>
    fc.assert(
      fc.property(fc.oneof(validFlow, mutated, pieceText), (text) => {
        const printed = printFlow(parseFlow(text).flow);
        const again = parseFlow(printed).flow;
        expect(meaningOf(again)).toBe(meaningOf(parseFlow(text).flow));
        expect(printFlow(again)).toBe(printed);
      }),
      { numRuns: 300 },
    ));
});

describe('valid flows', () => {
  test('have no findings in strict mode', () =>
    fc.assert(
      fc.property(validFlow, (text) => {
        expect(parseFlow(text, { mode: 'strict' }).diagnostics).toEqual([]);
      }),
    ));
});
