import { type ActionCall, type ActionDefinition, datetimeFromDate, type DatetimeValue } from '@deskhand/robin';
import { boolean, choice, datetime, integer, number, output, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readDatetime, readNumber, readText } from '../declare/read-argument.ts';
import { formatDatetime } from '../date-format/format-datetime.ts';
import { parseAny, parseExact, type ParsePlace } from '../date-format/parse-datetime.ts';
import { FormatError } from '../date-format/standard-formats.ts';
import { textErrors } from './errors.ts';
import { formatNumber, parseNumberIn } from './number-text.ts';

const toNumber: ActionDefinition = {
  id: 'Text.ToNumber',
  title: 'Convert text to number',
  summary: "A number from a text, with the culture's separators.",
  linux: 'core',
  errors: [textErrors.CannotConvertTheProvidedTextValueIntoAValidNumberError],
  selectors: {
    '': {
      arguments: { Text: text() },
      outputs: { Number: output('number', 'TextAsNumber') },
      run: (call) => {
        const written = readText(call, 'Text');
        const value = parseNumberIn(written, call.context.culture);
        if (value !== undefined) return { outputs: { Number: value } };
        throw failure(
          textErrors.CannotConvertTheProvidedTextValueIntoAValidNumberError,
          `'${written}' is not a number in the culture ${call.context.culture}.`,
        );
      },
    },
  },
};

const DECIMALS_MAX = 100;

const fromNumber: ActionDefinition = {
  id: 'Text.FromNumber',
  title: 'Convert number to text',
  summary: 'A number with a fixed count of decimals, halves rounded away from zero.',
  linux: 'core',
  errors: [textErrors.InvalidLengthError],
  selectors: {
    '': {
      arguments: {
        Number: number(),
        DecimalPlaces: integer({ default: 2 }),
        UseThousandsSeparator: boolean({ default: true }),
      },
      outputs: { FormattedNumber: output('text', 'FormattedNumber') },
      run: (call) => {
        const places = readNumber(call, 'DecimalPlaces');
        if (places < 0 || places > DECIMALS_MAX) {
          throw failure(textErrors.InvalidLengthError, `${places} is no count of decimals; 0 to ${DECIMALS_MAX} are.`);
        }
        const grouped = readBoolean(call, 'UseThousandsSeparator');
        return {
          outputs: {
            FormattedNumber: formatNumber(readNumber(call, 'Number'), places, grouped, call.context.culture),
          },
        };
      },
    },
  },
};

const wellKnownFormats: Readonly<Record<string, string>> = {
  ShortDate: 'd',
  LongDate: 'D',
  ShortTime: 't',
  LongTime: 'T',
  FullDateTimeShortTime: 'f',
  FullDateTimeLongTime: 'F',
  GeneralDateTimeShortTime: 'g',
  GeneralDateTimeLongTime: 'G',
  SortableDateTime: 's',
};

const fromDatetime: ActionDefinition = {
  id: 'Text.ConvertDateTimeToText',
  title: 'Convert datetime to text',
  summary: 'A date and time in a standard or custom format of .NET, such as yyyy-MM-dd.',
  linux: 'core',
  errors: [textErrors.InvalidFormatError],
  selectors: {
    FromDateTime: {
      arguments: {
        DateTime: datetime(),
        StandardFormat: choice('Text.WellKnownDateTimeFormat', Object.keys(wellKnownFormats)),
      },
      outputs: { Result: output('text', 'FormattedDateTime') },
      run: (call) => printed(call, wellKnownFormats[readChoice(call, 'StandardFormat')] ?? 'd'),
    },
    FromCustomDateTime: {
      arguments: { DateTime: datetime(), CustomFormat: text() },
      outputs: { Result: output('text', 'FormattedDateTime') },
      run: (call) => printed(call, readText(call, 'CustomFormat')),
    },
  },
};

function printed(call: ActionCall, format: string) {
  return {
    outputs: { Result: withFormat(() => formatDatetime(readDatetime(call, 'DateTime'), format, call.context)) },
  };
}

function withFormat<T>(use: () => T): T {
  try {
    return use();
  } catch (cause) {
    if (cause instanceof FormatError) throw failure(textErrors.InvalidFormatError, cause.message);
    throw cause;
  }
}

const toDatetime: ActionDefinition = {
  id: 'Text.ConvertTextToDateTime',
  title: 'Convert text to datetime',
  summary:
    'A date and time from a text. Ours: without a format ISO 8601, the forms of the culture and dates with names of months are read; two-digit years up to 49 are of this century.',
  linux: 'core',
  errors: [textErrors.CannotConvertTheProvidedTextValueIntoAValidDatetimeError, textErrors.InvalidFormatError],
  selectors: {
    ToDateTime: {
      arguments: { Text: text() },
      outputs: { DateTime: output('datetime', 'TextAsDateTime') },
      run: (call) => read(call, 'in any form that is known', (written, place) => parseAny(written, place)),
    },
    ToDateTimeCustomFormat: {
      arguments: { Text: text(), CustomFormat: text() },
      outputs: { DateTime: output('datetime', 'TextAsDateTime') },
      run: (call) => {
        const format = readText(call, 'CustomFormat');
        return read(call, `in the format '${format}'`, (written, place) => parseExact(written, format, place));
      },
    },
  },
};

function read(call: ActionCall, how: string, parse: (text: string, place: ParsePlace) => DatetimeValue | undefined) {
  const { culture, timeZone, now } = call.context;
  const written = readText(call, 'Text');
  const place = { culture, timeZone, now: datetimeFromDate(now(), timeZone) };
  const value = withFormat(() => parse(written, place));
  if (value !== undefined) return { outputs: { DateTime: value } };
  throw failure(
    textErrors.CannotConvertTheProvidedTextValueIntoAValidDatetimeError,
    `'${written}' is not a date and time ${how}, culture ${culture}.`,
  );
}

export const convertActions = [toNumber, fromNumber, fromDatetime, toDatetime];
