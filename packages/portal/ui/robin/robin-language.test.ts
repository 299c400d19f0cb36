import { StringStream } from '@codemirror/language';
import { expect, test } from 'vitest';
import { robinToken, startOfRobin } from './robin-language.ts';

/** The tokens of a script as `text:style`, blanks and plain text left out. */
function tokensOf(script: string): string[] {
  const state = startOfRobin();
  return script.split('\n').flatMap((line) => {
    const stream = new StringStream(line, 4, 4);
    const tokens: string[] = [];
    while (!stream.eol()) {
      stream.start = stream.pos;
      const style = robinToken(stream, state);
      if (stream.pos === stream.start) throw new Error(`Stands still at ${stream.pos} of ${line}`);
      if (style) tokens.push(`${stream.current()}:${style}`);
    }
    return tokens;
  });
}

test('keywords are known in any case', () => {
  expect(tokensOf('SET x to 5')).toEqual(['SET:keyword', 'x:variableName', 'to:keyword', '5:number']);
});

test('a text shows the expressions between its percent signs', () => {
  expect(tokensOf("$'''Empty %File.Name% here'''")).toEqual([
    "$''':string",
    'Empty :string',
    '%File.Name%:special',
    " here''':string",
  ]);
});

test('a percent sign alone is text', () => {
  expect(tokensOf("'50 % of it'")).toEqual(["':string", "50 % of it':string"]);
});

test('a triple text goes over the end of its line', () => {
  expect(tokensOf("SET a TO '''one\ntwo'''\nEND").at(-1)).toBe('END:keyword');
});

test('an unended text ends with its line', () => {
  expect(tokensOf("SET a TO 'open\nEND").at(-1)).toBe('END:keyword');
});

test('a block comment goes on until it ends', () => {
  expect(tokensOf('/* one\ntwo */ SET')).toEqual(['/* one:comment', 'two */:comment', 'SET:keyword']);
});

test('actions, arguments, outputs and properties are told apart', () => {
  expect(tokensOf('File.WriteText File: F Mode: File.Mode.Append Out=> R')).toEqual([
    'File.WriteText:typeName',
    'File:propertyName',
    'F:variableName',
    'Mode:propertyName',
    'File.Mode.Append:typeName',
    'Out:variableName',
    '=>:operator',
    'R:variableName',
  ]);
  expect(tokensOf('IF Content.Length > 0')[1]).toBe('Content.Length:variableName');
});

test('decorators and regions stand out', () => {
  expect(tokensOf('@INPUT Month\n**REGION Read all')).toEqual([
    '@INPUT:meta',
    'Month:variableName',
    '**REGION Read all:meta',
  ]);
});

test('any characters at all are passed without standing still', () => {
  const strange = Array.from({ length: 400 }, (_char, index) => String.fromCharCode(33 + ((index * 37) % 900))).join(
    '',
  );
  expect(() => tokensOf(`${strange}\n%%%'''"\\\n*/ /* '`)).not.toThrow();
});
