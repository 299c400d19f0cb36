import { ActionError, datetimeFromParts, listOf, type RobinValue, textList } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { runner, testContext } from '../test-context.ts';
import { textModule } from './module.ts';
import { roundNumber } from './number-text.ts';

const run = runner(textModule);
const outputs = (id: string, values: Record<string, RobinValue>, culture = 'en-US') => {
  const result = run(id, values, testContext({ culture }));
  if (result instanceof Promise) throw new Error('a text action should not wait');
  return result.outputs ?? {};
};
const failing = (id: string, values: Record<string, RobinValue>): string => {
  try {
    outputs(id, values);
  } catch (cause) {
    if (cause instanceof ActionError) return cause.code;
    throw cause;
  }
  throw new Error(`${id} should have failed`);
};
const items = (value: RobinValue | undefined) =>
  typeof value === 'object' && value.kind === 'list' ? value.items : undefined;

describe('composing', () => {
  test.each<[string, Record<string, RobinValue>, Record<string, RobinValue>]>([
    ['Text.AppendLine', { Text: 'a', LineToAppend: 'b' }, { Result: 'a\nb' }],
    ['Text.JoinText.Join', { List: listOf(['a', 1, true]) }, { Result: 'a1True' }],
    ['Text.JoinText.JoinWithDelimiter', { List: textList(['a', 'b']), DelimiterTimes: 2 }, { Result: 'a  b' }],
    [
      'Text.JoinText.JoinWithCustomDelimiter',
      { List: textList(['a', 'b']), CustomDelimiter: '; ' },
      { Result: 'a; b' },
    ],
    ['Text.Pad', { Text: '7', TotalLength: 3, PaddingText: '0' }, { PaddedText: '007' }],
    ['Text.Pad', { Text: 'ab', TotalLength: 5, PaddingText: 'xy', PadPosition: 'Right' }, { PaddedText: 'abxyx' }],
    ['Text.Pad', { Text: 'long', TotalLength: 2, PaddingText: '0' }, { PaddedText: 'long' }],
    ['Text.Trim', { Text: ' a\n' }, { TrimmedText: 'a' }],
    ['Text.Trim', { Text: ' a ', TrimOption: 'FromStart' }, { TrimmedText: 'a ' }],
    ['Text.Trim', { Text: ' a ', TrimOption: 'ToEnd' }, { TrimmedText: ' a' }],
    ['Text.Reverse', { Text: 'añ🙂' }, { ReversedText: '🙂ña' }],
    ['Text.ChangeCase', { Text: 'straße', NewCase: 'UpperCase' }, { Result: 'STRASSE' }],
    ['Text.ChangeCase', { Text: 'ABC', NewCase: 'LowerCase' }, { Result: 'abc' }],
    ['Text.ChangeCase', { Text: "the OLD man's hat", NewCase: 'TitleCase' }, { Result: "The OLD Man's Hat" }],
    [
      'Text.ChangeCase',
      { Text: 'HELLO THERE. how are you?', NewCase: 'SentenceCase' },
      { Result: 'Hello there. How are you?' },
    ],
    ['Text.CreateHTMLContent', { HtmlEditor: '<b>x</b>' }, { HtmlContent: '<b>x</b>' }],
  ])('%s %o', (id, values, expected) => {
    expect(outputs(id, values)).toEqual(expected);
  });

  test('a random text has the length and the characters that were asked for', () => {
    const chances = [0.99, 0, 0.5, 0.999, 0.25];
    const context = testContext({ random: () => chances.shift() ?? 0 });
    const values = {
      UseUpperCaseLetters: false,
      UseSymbols: false,
      UseDigits: false,
      MinimumLength: 2,
      MaximumLength: 4,
    };
    expect(run('Text.Random', values, context)).toEqual({ outputs: { RandomText: 'anzg' } });
    expect(failing('Text.Random', { MinimumLength: 5, MaximumLength: 4 })).toBe('InvalidLengthError');
  });
});

describe('splitting', () => {
  test.each<[string, Record<string, RobinValue>, string[]]>([
    ['Text.SplitText.Split', { Text: 'a b c' }, ['a', 'b', 'c']],
    ['Text.SplitText.Split', { Text: 'a\r\nb\nc', StandardDelimiter: 'NewLine' }, ['a', 'b', 'c']],
    ['Text.SplitText.Split', { Text: 'a\r\n\r\nb', StandardDelimiter: 'NewLine', DelimiterTimes: 2 }, ['a', 'b']],
    ['Text.SplitText.SplitWithDelimiter', { Text: 'a, b, c', CustomDelimiter: ', ' }, ['a', 'b', 'c']],
    ['Text.SplitText.SplitWithDelimiter', { Text: 'a1b22c', CustomDelimiter: '\\d+', IsRegEx: true }, ['a', 'b', 'c']],
    ['Text.SplitText.SplitAtNumberOfCharacters', { Text: 'abcde', SplitInterval: 2 }, ['ab', 'cd', 'e']],
  ])('%s %o', (id, values, expected) => {
    expect(items(outputs(id, values)['Result'])).toEqual(expected);
  });

  test('parts of no characters are refused', () => {
    expect(failing('Text.SplitText.SplitAtNumberOfCharacters', { Text: 'a', SplitInterval: 0 })).toBe(
      'InvalidLengthError',
    );
  });
});

describe('searching', () => {
  test.each<[string, Record<string, RobinValue>, Record<string, RobinValue>]>([
    ['Text.GetSubtext.GetSubtext', { Text: 'abcdef', CharacterPosition: 2, NumberOfChars: 3 }, { Subtext: 'cde' }],
    ['Text.GetSubtext.GetSubtextFrom', { Text: 'abcdef', CharacterPosition: 4 }, { Subtext: 'ef' }],
    ['Text.GetSubtext.GetSubtextFromStartTo', { Text: 'abcdef', NumberOfChars: 2 }, { Subtext: 'ab' }],
    ['Text.GetSubtext.GetText', { Text: 'abc' }, { Subtext: 'abc' }],
    ['Text.CropText.CropTextBeforeFlag', { Text: 'a=b', ToFlag: '=' }, { CroppedText: 'a', IsFlagFound: true }],
    [
      'Text.CropText.CropTextAfterFlag',
      { Text: 'aXb', FromFlag: 'x', IgnoreCase: true },
      { CroppedText: 'b', IsFlagFound: true },
    ],
    ['Text.CropText.CropTextAfterFlag', { Text: 'aXb', FromFlag: 'x' }, { CroppedText: '', IsFlagFound: false }],
    [
      'Text.CropText.CropTextBetweenFlags',
      { Text: '<b>it</b>', FromFlag: '<b>', ToFlag: '</b>' },
      { CroppedText: 'it', IsFlagFound: true },
    ],
    [
      'Text.ParseText.ParseForFirstOccurrence',
      { Text: 'banana', TextToFind: 'AN', IgnoreCase: true, StartingPosition: 2 },
      { OccurrencePosition: 3 },
    ],
    ['Text.ParseText.ParseForFirstOccurrence', { Text: 'banana', TextToFind: 'x' }, { OccurrencePosition: -1 }],
    [
      'Text.ParseText.RegexParseForFirstOccurrence',
      { Text: 'Order 42', TextToFind: '(?<=Order )\\d+' },
      { OccurrencePosition: 6, Match: '42' },
    ],
    [
      'Text.ParseText.RegexParseForFirstOccurrence',
      { Text: 'none', TextToFind: '\\d' },
      { OccurrencePosition: -1, Match: '' },
    ],
    ['Text.Replace', { Text: 'a.b.c', TextToFind: '.', ReplaceWith: '$&' }, { Result: 'a$&b$&c' }],
    ['Text.Replace', { Text: 'a1b', TextToFind: '\\d', ReplaceWith: '-', IsRegEx: true }, { Result: 'a-b' }],
    [
      'Text.Replace.ReplaceText',
      { Text: 'AbaB', TextToFind: 'b', ReplaceWith: 'x', IgnoreCase: true },
      { Result: 'Axax' },
    ],
    [
      'Text.Replace.ReplaceText',
      { Text: 'a;b', TextToFind: ';', ReplaceWith: '\\n', ActivateEscapeSequences: true },
      { Result: 'a\nb' },
    ],
    ['Text.Replace.ReplaceText', { Text: 'a;b', TextToFind: ';', ReplaceWith: '\\n' }, { Result: 'a\\nb' }],
    [
      'Text.Replace.ReplaceTextWithRegex',
      { Text: 'Byron, Ada', TextToFind: '(\\w+), (\\w+)', ReplaceWith: '$2 $1' },
      { Result: 'Ada Byron' },
    ],
    ['Text.EscapeForRegularExpression', { Text: 'a.b' }, { EscapedText: 'a\\.b' }],
  ])('%s %o', (id, values, expected) => {
    expect(outputs(id, values)).toEqual(expected);
  });

  test('all places are found', () => {
    expect(items(outputs('Text.ParseText.Parse', { Text: 'banana', TextToFind: 'an' })['OccurrencePositions'])).toEqual(
      [1, 3],
    );
    const found = outputs('Text.ParseText.RegexParse', { Text: 'a1 b22', TextToFind: '[a-z](\\d+)' });
    expect([items(found['OccurrencePositions']), items(found['Matches'])]).toEqual([
      [0, 3],
      ['a1', 'b22'],
    ]);
  });

  test.each<[string, Record<string, RobinValue>, string]>([
    [
      'Text.GetSubtext.GetSubtext',
      { Text: 'abc', CharacterPosition: 2, NumberOfChars: 2 },
      'StartIndexOrLengthIsOutOfRangeError',
    ],
    [
      'Text.ParseText.Parse',
      { Text: 'abc', TextToFind: 'a', StartingPosition: 4 },
      'StartIndexOrLengthIsOutOfRangeError',
    ],
    ['Text.ParseText.RegexParse', { Text: 'abc', TextToFind: '(' }, 'ProvidedRegularExpressionIsInvalidError'],
  ])('%s %o fails', (id, values, code) => {
    expect(failing(id, values)).toBe(code);
  });

  test.each([
    ['Email', 'write to a.b+c@mail.example.org, please', 'a.b+c@mail.example.org'],
    ['Url', 'see https://example.org/a?b=c.', 'https://example.org/a?b=c'],
    ['IpAddress', 'at 192.168.0.1 and 999.1.1.1', '192.168.0.1'],
    ['Hashtag', 'so #nice', '#nice'],
    ['Guid', 'id 123e4567-e89b-12d3-a456-426614174000.', '123e4567-e89b-12d3-a456-426614174000'],
    ['Percentage', 'up 12.5 % now', '12.5 %'],
    ['PhoneNumber', 'call +49 30 1234 5678 now', '+49 30 1234 5678'],
  ])('entities of the kind %s', (mode, text, expected) => {
    const table = outputs('Text.RecognizeEntitiesInText', { Text: text, Mode: mode })['RecognizedEntities'];
    expect(table).toMatchObject({ rows: [[expected, expected]] });
  });

  test('an entity that needs a language is refused, not guessed', () => {
    expect(failing('Text.RecognizeEntitiesInText', { Text: 'x', Mode: 'Currency' })).toBe(
      'EntityKindNotAvailableError',
    );
  });
});

describe('converting', () => {
  test.each<[string, string, number]>([
    ['12', 'en-US', 12],
    [' -1.5 ', 'en-US', -1.5],
    ['1,234.5', 'en-US', 1234.5],
    ['1E3', 'en-US', 1000],
    ['1.234,5', 'de-DE', 1234.5],
    ['1234,5', 'de-DE', 1234.5],
    ['0,5', 'fr-FR', 0.5],
    ['1 234,5', 'fr-FR', 1234.5],
    ['12.5', 'de-DE', 12.5],
  ])('the text %s in %s is a number', (text, culture, value) => {
    expect(outputs('Text.ToNumber', { Text: text }, culture)).toEqual({ Number: value });
  });

  test.each(['not-a-number', '', '1,2', '1.2.3', '12 €'])('%s is no number', (text) => {
    expect(failing('Text.ToNumber', { Text: text })).toBe('CannotConvertTheProvidedTextValueIntoAValidNumberError');
  });

  test.each<[number, number, boolean, string, string]>([
    [1234567.891, 2, true, 'en-US', '1,234,567.89'],
    [1234567.891, 0, false, 'en-US', '1234568'],
    [2.675, 2, true, 'en-US', '2.68'],
    [-0.5, 0, true, 'en-US', '-1'],
    [1234.5, 2, true, 'de-DE', '1.234,50'],
  ])('%d with %d decimals', (value, places, grouped, culture, text) => {
    const values = { Number: value, DecimalPlaces: places, UseThousandsSeparator: grouped };
    expect(outputs('Text.FromNumber', values, culture)).toEqual({ FormattedNumber: text });
  });

  const moment = datetimeFromParts(2026, 6, 5, 15, 4, 9);
  test('dates in standard and custom formats', () => {
    const custom = { DateTime: moment, CustomFormat: 'yyyy-MM-dd' };
    expect(outputs('Text.ConvertDateTimeToText.FromCustomDateTime', custom)).toEqual({ Result: '2026-06-05' });
    const standard = { DateTime: moment, StandardFormat: 'SortableDateTime' };
    expect(outputs('Text.ConvertDateTimeToText.FromDateTime', standard)).toEqual({ Result: '2026-06-05T15:04:09' });
    expect(failing('Text.ConvertDateTimeToText.FromCustomDateTime', { DateTime: moment, CustomFormat: "d 'x" })).toBe(
      'InvalidFormatError',
    );
  });

  test('texts to dates, with and without a format', () => {
    expect(outputs('Text.ConvertTextToDateTime.ToDateTime', { Text: '6/5/2026 3:04:09 PM' })).toEqual({
      DateTime: moment,
    });
    const custom = { Text: '05|06|2026 15.04.09', CustomFormat: 'dd|MM|yyyy HH.mm.ss' };
    expect(outputs('Text.ConvertTextToDateTime.ToDateTimeCustomFormat', custom)).toEqual({ DateTime: moment });
    expect(failing('Text.ConvertTextToDateTime.ToDateTime', { Text: 'soon' })).toBe(
      'CannotConvertTheProvidedTextValueIntoAValidDatetimeError',
    );
  });
});

test.each([
  [1.005, 2, 1.01],
  [2.5, 0, 3],
  [-2.5, 0, -3],
  [1234.5678, 3, 1234.568],
  [1e21, 2, 1e21],
  [1.5e-7, 7, 2e-7],
  [0, 2, 0],
])('%d rounded to %d decimals is %d', (value, places, rounded) => {
  expect(roundNumber(value, places)).toBe(rounded);
});
