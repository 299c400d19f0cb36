import {
  type ActionCall,
  type ActionDefinition,
  type ActionResult,
  type ArgumentDefinition,
  listOf,
  textList,
} from '@deskhand/robin';
import { boolean, choice, integer, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readNumber, readText } from '../declare/read-argument.ts';
import { dotnetRegex, escapePattern, REGEX_MATCHES_MAX } from '../regex/dotnet-regex.ts';
import { regexErrors, textErrors } from './errors.ts';
import { indexOfText, positionsOf, replaceText } from './find-text.ts';

const subtextArguments = {
  Text: text(),
  CharacterPosition: integer(),
  NumberOfChars: integer(),
};

const getSubtext: ActionDefinition = {
  id: 'Text.GetSubtext',
  title: 'Get subtext',
  summary: 'Part of a text, by position (from 0) and number of characters.',
  linux: 'core',
  errors: [textErrors.StartIndexOrLengthIsOutOfRangeError],
  selectors: Object.fromEntries(
    (
      [
        ['GetSubtext', ['Text', 'CharacterPosition', 'NumberOfChars']],
        ['GetSubtextFrom', ['Text', 'CharacterPosition']],
        ['GetSubtextFromStartTo', ['Text', 'NumberOfChars']],
        ['GetText', ['Text']],
      ] as const
    ).map(([selector, names]) => [
      selector,
      {
        arguments: Object.fromEntries(names.map((name) => [name, subtextArguments[name]])),
        outputs: { Subtext: output('text', 'Subtext') },
        run: (call: ActionCall): ActionResult => ({ outputs: { Subtext: subtext(call) } }),
      },
    ]),
  ),
};

function subtext(call: ActionCall): string {
  const whole = readText(call, 'Text');
  const start = call.arguments['CharacterPosition'] === undefined ? 0 : readNumber(call, 'CharacterPosition');
  const count =
    call.arguments['NumberOfChars'] === undefined ? whole.length - start : readNumber(call, 'NumberOfChars');
  if (start < 0 || count < 0 || start + count > whole.length) {
    throw failure(
      textErrors.StartIndexOrLengthIsOutOfRangeError,
      `From position ${start} ${count} characters are wanted, but the text has ${whole.length}.`,
    );
  }
  return whole.slice(start, start + count);
}

const cropFlags = { Text: text(), FromFlag: text(), ToFlag: text(), IgnoreCase: boolean({ default: false }) };

const cropText: ActionDefinition = {
  id: 'Text.CropText',
  title: 'Crop text',
  summary: 'The text before, after or between marks. Ours, unproven in Power Automate: without its mark it is empty.',
  linux: 'core',
  errors: [],
  selectors: Object.fromEntries(
    (
      [
        ['CropTextBeforeFlag', ['Text', 'ToFlag', 'IgnoreCase']],
        ['CropTextAfterFlag', ['Text', 'FromFlag', 'IgnoreCase']],
        ['CropTextBetweenFlags', ['Text', 'FromFlag', 'ToFlag', 'IgnoreCase']],
      ] as const
    ).map(([selector, names]) => [
      selector,
      {
        arguments: Object.fromEntries(names.map((name) => [name, cropFlags[name]])),
        outputs: { CroppedText: output('text', 'CroppedText'), IsFlagFound: output('boolean', 'IsFlagFound') },
        run: (call: ActionCall): ActionResult => {
          const cropped = crop(call);
          return { outputs: { CroppedText: cropped ?? '', IsFlagFound: cropped !== undefined } };
        },
      },
    ]),
  ),
};

function crop(call: ActionCall): string | undefined {
  const whole = readText(call, 'Text');
  const ignoreCase = readBoolean(call, 'IgnoreCase');
  const mark = (name: string): string | undefined =>
    call.arguments[name] === undefined ? undefined : readText(call, name);
  const [from, to] = [mark('FromFlag'), mark('ToFlag')];
  const found = from === undefined ? 0 : indexOfText(whole, from, 0, ignoreCase);
  if (found < 0) return undefined;
  const start = found + (from?.length ?? 0);
  if (to === undefined) return whole.slice(start);
  const end = indexOfText(whole, to, start, ignoreCase);
  return end < 0 ? undefined : whole.slice(start, end);
}

const parseArguments = {
  Text: text(),
  TextToFind: text(),
  StartingPosition: integer({ default: 0 }),
  IgnoreCase: boolean({ default: false }),
};

const parseText: ActionDefinition = {
  id: 'Text.ParseText',
  title: 'Parse text',
  summary: 'Finds a text or a regular expression: the first place or all of them. A place that is not there is -1.',
  linux: 'core',
  errors: [...regexErrors, textErrors.StartIndexOrLengthIsOutOfRangeError],
  selectors: {
    Parse: {
      arguments: parseArguments,
      outputs: { OccurrencePositions: output('list', 'Positions') },
      run: (call) => ({
        outputs: {
          OccurrencePositions: listOf(
            positionsOf(
              readText(call, 'Text'),
              readText(call, 'TextToFind'),
              startOf(call),
              readBoolean(call, 'IgnoreCase'),
            ),
          ),
        },
      }),
    },
    ParseForFirstOccurrence: {
      arguments: parseArguments,
      outputs: { OccurrencePosition: output('number', 'Position') },
      run: (call) => ({
        outputs: {
          OccurrencePosition: indexOfText(
            readText(call, 'Text'),
            readText(call, 'TextToFind'),
            startOf(call),
            readBoolean(call, 'IgnoreCase'),
          ),
        },
      }),
    },
    RegexParse: {
      arguments: parseArguments,
      outputs: { OccurrencePositions: output('list', 'Positions'), Matches: output('list', 'Matches') },
      run: (call) => {
        const matches = regexMatches(call, REGEX_MATCHES_MAX);
        return {
          outputs: {
            OccurrencePositions: listOf(matches.map(({ index }) => index)),
            Matches: textList(matches.map((match) => match.text)),
          },
        };
      },
    },
    RegexParseForFirstOccurrence: {
      arguments: parseArguments,
      outputs: { OccurrencePosition: output('number', 'Position'), Match: output('text', 'Match') },
      run: (call) => {
        const first = regexMatches(call, 1)[0];
        return { outputs: { OccurrencePosition: first?.index ?? -1, Match: first?.text ?? '' } };
      },
    },
  },
};

const regexMatches = (call: ActionCall, limit: number) =>
  dotnetRegex(readText(call, 'TextToFind'), readBoolean(call, 'IgnoreCase')).matches(
    readText(call, 'Text'),
    startOf(call),
    limit,
  );

function startOf(call: ActionCall): number {
  const start = readNumber(call, 'StartingPosition');
  const { length } = readText(call, 'Text');
  if (start >= 0 && start <= length) return start;
  throw failure(
    textErrors.StartIndexOrLengthIsOutOfRangeError,
    `The search shall start at position ${start}, but the text has ${length} characters.`,
  );
}

const replaceArguments = {
  Text: text(),
  TextToFind: text(),
  ReplaceWith: text({ default: '' }),
  IgnoreCase: boolean({ default: false }),
  ActivateEscapeSequences: boolean({ default: false }),
} satisfies Readonly<Record<string, ArgumentDefinition>>;

const replace: ActionDefinition = {
  id: 'Text.Replace',
  title: 'Replace text',
  summary:
    'Replaces every place where a text or a regular expression is found. Ours: both comparisons are by character, so that the same flow gives the same text everywhere. The form without a selector is the one of older flows.',
  linux: 'core',
  errors: regexErrors,
  selectors: {
    '': {
      arguments: { ...replaceArguments, IsRegEx: boolean({ default: false }) },
      outputs: { Result: output('text', 'Replaced') },
      run: (call) => replaced(call, readBoolean(call, 'IsRegEx')),
    },
    ReplaceText: {
      arguments: {
        ...replaceArguments,
        ComparisonType: choice('Text.TextComparisonType', ['CultureSensitive', 'Ordinal']),
      },
      outputs: { Result: output('text', 'Replaced') },
      run: (call) => replaced(call, false),
    },
    ReplaceTextWithRegex: {
      arguments: replaceArguments,
      outputs: { Result: output('text', 'Replaced') },
      run: (call) => replaced(call, true),
    },
  },
};

function replaced(call: ActionCall, isRegex: boolean): ActionResult {
  const [whole, wanted] = [readText(call, 'Text'), readText(call, 'TextToFind')];
  const escapes = readBoolean(call, 'ActivateEscapeSequences');
  const replacement = escapes ? withEscapes(readText(call, 'ReplaceWith')) : readText(call, 'ReplaceWith');
  const ignoreCase = readBoolean(call, 'IgnoreCase');
  if (isRegex) return { outputs: { Result: dotnetRegex(wanted, ignoreCase).replace(whole, replacement) } };
  const searched = escapes ? withEscapes(wanted) : wanted;
  return { outputs: { Result: replaceText(whole, searched, replacement, ignoreCase) } };
}

const escapeCharacters: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  f: '\f',
  b: '\b',
  a: '\u0007',
  '0': '\0',
};
/** `\n`, `\t` and their like, `\\`, `\u0041`; any other letter keeps its backslash. */
const withEscapes = (written: string): string =>
  written.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (all, code: string | undefined, char: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return escapeCharacters[char ?? ''] ?? (/[A-Za-z]/.test(char ?? '') ? all : (char ?? ''));
  });

const escapeForRegex: ActionDefinition = {
  id: 'Text.EscapeForRegularExpression',
  title: 'Escape text for regular expression',
  summary: 'Makes a text safe to stand in a regular expression.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: { Text: text() },
      outputs: { EscapedText: output('text', 'EscapedText') },
      run: (call) => ({ outputs: { EscapedText: escapePattern(readText(call, 'Text')) } }),
    },
  },
};

export const searchActions = [getSubtext, cropText, parseText, replace, escapeForRegex];
