import { ActionError } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { dotnetRegex, escapePattern } from './dotnet-regex.ts';

const all = (pattern: string, text: string, ignoreCase = false): string[] =>
  dotnetRegex(pattern, ignoreCase)
    .matches(text, 0, 1000)
    .map((match) => match.text);

describe('patterns mean what they mean in .NET', () => {
  test.each<[string, string, string, string[]]>([
    ['digits of any script', '\\d+', 'a12 b٣٤', ['12', '٣٤']],
    ['words with accents', '\\w+', 'café naïve', ['café', 'naïve']],
    ['word borders with accents', '\\bé\\w*', 'été aé', ['été']],
    ['lookbehind', '(?<=Total: )\\d+', 'Total: 42', ['42']],
    ['negative lookbehind', '(?<!-)\\b\\d', '-1 2', ['2']],
    ['$ before a last line end', 'end$', 'the end\n', ['end']],
    ['$ not in the middle of the text', 'a$', 'a\nb', []],
    ['multiline in the pattern', '(?m)^\\w+$', 'one\ntwo', ['one', 'two']],
    ['the dot stops at line feeds only', 'a.b', 'a\rb', ['a\rb']],
    ['singleline in the pattern', '(?s)a.b', 'a\nb', ['a\nb']],
    ['ignore case from the middle on', 'a(?i)b', 'aB AB', ['aB']],
    ['ignore case for one group', '(?i:a)b', 'Ab AB', ['Ab']],
    ['ignore case through alternatives', '(?i)a|b', 'A B', ['A', 'B']],
    ['free spacing', '(?x) a b # both', 'ab', ['ab']],
    ['atomic groups give nothing back', '(?>a+)ab', 'aaab', []],
    ['class subtraction', '[a-z-[aeiou]]+', 'audio book', ['d', 'b', 'k']],
    ['a bracket first in a class', '[]a]+', 'x]a]', [']a]']],
    ['a dash last in a class', '[a-]+', 'b-a-', ['-a-']],
    ['named back reference', '(?<q>[\'"]).*?\\k<q>', `say "it's"`, [`"it's"`]],
    ['quoted group names', "(?'year'\\d{4})", 'in 2026', ['2026']],
    ['a literal brace', 'a{b', 'xa{b', ['a{b']],
    ['hex and unicode escapes', '\\x41\\u0042', 'AB', ['AB']],
    ['start and end of the text', '\\A\\w+\\z', 'word', ['word']],
    ['unicode blocks', '\\p{IsCyrillic}+', 'да yes', ['да']],
    ['punctuation needs no escape in a class', '[&&#,.:;<>@!%~`]+', 'a&&b', ['&&']],
    ['comments', 'a(?#why)b', 'ab', ['ab']],
  ])('%s', (_name, pattern, text, expected) => {
    expect(all(pattern, text)).toEqual(expected);
  });

  test('unnamed groups are numbered before named ones', () => {
    const match = dotnetRegex('(?<n>a)(b)').matches('ab', 0, 1)[0];
    expect([match?.group('1'), match?.group('2'), match?.group('n')]).toEqual(['b', 'a', 'a']);
  });

  test('a numbered back reference follows that numbering', () => {
    expect(all('(?<n>a)(b)\\1', 'abb')).toEqual(['abb']);
  });
});

describe('replacements', () => {
  test.each([
    ['(\\d+)-(\\d+)', '$2-$1', '10-20', '20-10'],
    ['(?<first>\\w+) (?<last>\\w+)', '${last}, ${first}', 'Ada Byron', 'Byron, Ada'],
    ['a', '[$&$$]', 'banana', 'b[a$]n[a$]n[a$]'],
    ['b', "<$`|$'>", 'abc', 'a<a|c>c'],
    ['x', '$9', 'x', '$9'],
    ['', '-', 'ab', '-a-b-'],
  ])('%s with %s', (pattern, replacement, text, expected) => {
    expect(dotnetRegex(pattern).replace(text, replacement)).toBe(expected);
  });
});

test('a split keeps what groups captured, as .NET does', () => {
  expect(dotnetRegex('(,)').split('a,b')).toEqual(['a', ',', 'b']);
  expect(dotnetRegex('[;,]\\s*').split('a, b;c')).toEqual(['a', 'b', 'c']);
});

describe('what cannot be mapped is refused with its reason', () => {
  test.each([
    ['(?<a-b>x)', /balancing groups/],
    ['(?<1>x)', /named by a number/],
    ['(?(a)b|c)', /has no counterpart/],
    ['[abc', /never closed/],
    ['(abc', /never closed/],
    ['abc)', /never opened/],
    ['*a', /nothing to repeat/],
    ['\\y', /not an escape/],
    ['a\\', /single backslash/],
    ['(?<n>a)(?<n>b)', /two groups/],
    ['\\2(a)', /does not have/],
  ])('%s', (pattern, reason) => {
    const attempt = (): unknown => dotnetRegex(pattern);
    expect(attempt).toThrow(ActionError);
    expect(attempt).toThrow(reason);
  });
});

test('a pattern that would take for ever ends with RegularExpressionTimeoutError', () => {
  const attempt = (): unknown => dotnetRegex('^(a+)+$').matches(`${'a'.repeat(64)}b`, 0, 1);
  expect(attempt).toThrow(/given up after 2 seconds/);
});

test('an escaped text finds exactly itself', () => {
  const text = 'a.b*c (1) [2] #3\t{4}|5^$';
  expect(all(escapePattern(text), `x ${text} y`)).toEqual([text]);
});
