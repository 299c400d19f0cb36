import type { ActionDefinition } from '@deskhand/robin';
import { textList, toText } from '@deskhand/robin';
import { boolean, choice, integer, list, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { NEW_LINE, splitLines } from '../declare/new-line.ts';
import { readBoolean, readChoice, readList, readNumber, readText } from '../declare/read-argument.ts';
import { dotnetRegex } from '../regex/dotnet-regex.ts';
import { changeCase, caseOptions } from './change-case.ts';
import { regexErrors, textErrors } from './errors.ts';

const standardDelimiter = choice('Text.StandardDelimiter', ['Space', 'Tab', 'NewLine']);
const delimiters: Readonly<Record<string, string>> = { Space: ' ', Tab: '\t', NewLine: NEW_LINE };
export const TEXT_LENGTH_MAX = 256 * 1024 * 1024;

const appendLine: ActionDefinition = {
  id: 'Text.AppendLine',
  title: 'Append line to text',
  summary: "Adds a line behind a text, with the machine's own line end between them.",
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Text: text({ default: '' }), LineToAppend: text({ default: '' }) },
      outputs: { Result: output('text', 'Result') },
      run: (call) => ({
        outputs: { Result: readText(call, 'Text') + NEW_LINE + readText(call, 'LineToAppend') },
      }),
    },
  },
};

const joinText: ActionDefinition = {
  id: 'Text.JoinText',
  title: 'Join text',
  summary: 'Joins the items of a list to one text.',
  linux: 'core',
  errors: [textErrors.InvalidLengthError],
  selectors: Object.fromEntries(
    (
      [
        ['Join', {}],
        ['JoinWithDelimiter', { StandardDelimiter: standardDelimiter, DelimiterTimes: integer({ default: 1 }) }],
        ['JoinWithCustomDelimiter', { CustomDelimiter: text() }],
      ] as const
    ).map(([selector, more]) => [
      selector,
      {
        arguments: { List: list(), ...more },
        outputs: { Result: output('text', 'JoinedText') },
        run: (call) => {
          const delimiter = selector === 'Join' ? '' : delimiterOf(call);
          const items = readList(call, 'List').items.map((item) => toText(item, call.context));
          return { outputs: { Result: items.join(delimiter) } };
        },
      } satisfies ActionDefinition['selectors'][string],
    ]),
  ),
};

type Call = Parameters<ActionDefinition['selectors'][string]['run']>[0];

function delimiterOf(call: Call): string {
  if (call.arguments['CustomDelimiter'] !== undefined) return readText(call, 'CustomDelimiter');
  const delimiter = delimiters[readChoice(call, 'StandardDelimiter')] ?? ' ';
  return delimiter.repeat(length(readNumber(call, 'DelimiterTimes')));
}

const length = (value: number): number => {
  if (value >= 0 && value <= TEXT_LENGTH_MAX) return Math.trunc(value);
  throw failure(textErrors.InvalidLengthError, `${value} is no length that a text can have.`);
};

const splitText: ActionDefinition = {
  id: 'Text.SplitText',
  title: 'Split text',
  summary:
    'Splits a text into a list: at a delimiter, at a regular expression, or after a number of characters. A new line splits at line ends of any kind.',
  linux: 'core',
  errors: [...regexErrors, textErrors.InvalidLengthError],
  selectors: {
    Split: {
      arguments: { Text: text(), StandardDelimiter: standardDelimiter, DelimiterTimes: integer({ default: 1 }) },
      outputs: { Result: output('list', 'TextList') },
      run: (call) => {
        const isLines = readChoice(call, 'StandardDelimiter') === 'NewLine' && readNumber(call, 'DelimiterTimes') === 1;
        const whole = readText(call, 'Text');
        const parts = isLines ? splitLines(whole) : whole.replaceAll('\r\n', NEW_LINE).split(delimiterOf(call));
        return { outputs: { Result: textList(parts) } };
      },
    },
    SplitWithDelimiter: {
      arguments: { Text: text(), CustomDelimiter: text(), IsRegEx: boolean({ default: false }) },
      outputs: { Result: output('list', 'TextList') },
      run: (call) => {
        const [whole, delimiter] = [readText(call, 'Text'), readText(call, 'CustomDelimiter')];
        const parts = readBoolean(call, 'IsRegEx')
          ? dotnetRegex(delimiter).split(whole)
          : delimiter === ''
            ? [whole]
            : whole.split(delimiter);
        return { outputs: { Result: textList(parts) } };
      },
    },
    SplitAtNumberOfCharacters: {
      arguments: { Text: text(), SplitInterval: integer() },
      outputs: { Result: output('list', 'TextList') },
      run: (call) => {
        const width = length(readNumber(call, 'SplitInterval'));
        if (width === 0) throw failure(textErrors.InvalidLengthError, 'A part must have at least one character.');
        const whole = readText(call, 'Text');
        const count = Math.ceil(whole.length / width);
        const parts = Array.from({ length: count }, (_, index) => whole.slice(index * width, (index + 1) * width));
        return { outputs: { Result: textList(parts) } };
      },
    },
  },
};

const pad: ActionDefinition = {
  id: 'Text.Pad',
  title: 'Pad text',
  summary: 'Fills a text up to a length, on its left or right.',
  linux: 'core',
  errors: [textErrors.InvalidLengthError],
  selectors: {
    '': {
      arguments: {
        Text: text({ default: '' }),
        PadPosition: choice('Text.PadPosition', ['Left', 'Right']),
        TotalLength: integer({ default: 10 }),
        PaddingText: text({ default: ' ' }),
      },
      outputs: { PaddedText: output('text', 'PaddedText') },
      run: (call) => {
        const total = length(readNumber(call, 'TotalLength'));
        const [whole, padding] = [readText(call, 'Text'), readText(call, 'PaddingText')];
        const isLeft = readChoice(call, 'PadPosition') === 'Left';
        return { outputs: { PaddedText: isLeft ? whole.padStart(total, padding) : whole.padEnd(total, padding) } };
      },
    },
  },
};

const trim: ActionDefinition = {
  id: 'Text.Trim',
  title: 'Trim text',
  summary: 'Takes blanks, tabs and line ends off the start, the end, or both.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: {
        Text: text({ default: '' }),
        TrimOption: choice('Text.TrimOption', ['FromStart', 'ToEnd', 'Both'], 'Both'),
      },
      outputs: { TrimmedText: output('text', 'TrimmedText') },
      run: (call) => {
        const whole = readText(call, 'Text');
        const option = readChoice(call, 'TrimOption');
        const trimmed =
          option === 'FromStart' ? whole.trimStart() : option === 'ToEnd' ? whole.trimEnd() : whole.trim();
        return { outputs: { TrimmedText: trimmed } };
      },
    },
  },
};

const reverse: ActionDefinition = {
  id: 'Text.Reverse',
  title: 'Reverse text',
  summary: 'Turns the characters around. Ours: characters of two halves stay whole.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Text: text() },
      outputs: { ReversedText: output('text', 'ReversedText') },
      run: (call) => ({ outputs: { ReversedText: [...readText(call, 'Text')].reverse().join('') } }),
    },
  },
};

const changeCaseAction: ActionDefinition = {
  id: 'Text.ChangeCase',
  title: 'Change text case',
  summary: 'Upper, lower, title or sentence case, by the rules of the culture.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Text: text({ default: '' }), NewCase: choice('Text.CaseOption', caseOptions) },
      outputs: { Result: output('text', 'TextWithNewCase') },
      run: (call) => ({
        outputs: { Result: changeCase(readText(call, 'Text'), readChoice(call, 'NewCase'), call.context.culture) },
      }),
    },
  },
};

const random: ActionDefinition = {
  id: 'Text.Random',
  title: 'Create random text',
  summary: 'A text of random characters. Not for passwords that must resist an attacker.',
  linux: 'core',
  errors: [textErrors.InvalidLengthError],
  selectors: {
    '': {
      arguments: {
        UseUpperCaseLetters: boolean({ default: true }),
        UseLowerCaseLetters: boolean({ default: true }),
        UseDigits: boolean({ default: true }),
        UseSymbols: boolean({ default: true }),
        MinimumLength: integer({ default: 6 }),
        MaximumLength: integer({ default: 10 }),
      },
      outputs: { RandomText: output('text', 'RandomText') },
      run: (call) => ({ outputs: { RandomText: randomText(call) } }),
    },
  },
};

const alphabets = [
  ['UseUpperCaseLetters', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['UseLowerCaseLetters', 'abcdefghijklmnopqrstuvwxyz'],
  ['UseDigits', '0123456789'],
  ['UseSymbols', '!@#$%^&*()-_=+[]{};:,.<>?/'],
] as const;

function randomText(call: Call): string {
  const alphabet = alphabets.map(([name, chars]) => (readBoolean(call, name) ? chars : '')).join('');
  const [least, most] = [length(readNumber(call, 'MinimumLength')), length(readNumber(call, 'MaximumLength'))];
  if (least > most)
    throw failure(textErrors.InvalidLengthError, `The least length ${least} is above the most, ${most}.`);
  if (alphabet === '') throw failure(textErrors.InvalidLengthError, 'At least one kind of characters must be used.');
  const { random: chance } = call.context;
  const count = least + Math.floor(chance() * (most - least + 1));
  return Array.from({ length: count }, () => alphabet.charAt(Math.floor(chance() * alphabet.length))).join('');
}

const createHtml: ActionDefinition = {
  id: 'Text.CreateHTMLContent',
  title: 'Create HTML content',
  summary: 'Hands on the HTML that was written in the editor.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { HtmlEditor: text() },
      outputs: { HtmlContent: output('text', 'HtmlContent') },
      run: (call) => ({ outputs: { HtmlContent: readText(call, 'HtmlEditor') } }),
    },
  },
};

export const composeActions = [
  appendLine,
  joinText,
  splitText,
  pad,
  trim,
  reverse,
  changeCaseAction,
  random,
  createHtml,
];
