import { datetimeFromDate, datetimeFromParts, type DatetimeValue } from '@deskhand/robin';
import { type DateCulture, dateCulture } from './culture.ts';
import type { FormatPlace } from './format-datetime.ts';
import { type FormatToken, formatTokens, standardPattern } from './standard-formats.ts';

export interface ParsePlace extends FormatPlace {
  /** The wall clock now: parts that a format leaves out are today's. */
  readonly now: DatetimeValue;
}

/** Ours, as .NET has it since Windows 11: two-digit years up to 49 are of this century. */
const TWO_DIGIT_YEAR_MAX = 2049;

interface Fields {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  half?: 'am' | 'pm';
  offsetMinutes?: number;
}

/** What .NET's ParseExact reads from a text; undefined when the text does not follow the format exactly. */
export function parseExact(text: string, format: string, place: ParsePlace): DatetimeValue | undefined {
  const local = dateCulture(place.culture);
  const standard = format.length === 1 ? standardPattern(format, local) : undefined;
  const tokens = formatTokens(standard?.pattern ?? format);
  const fields = readFields(text.trim(), tokens, standard?.culture ?? local);
  if (fields === undefined) return undefined;
  return assemble(format === 'U' ? { ...fields, offsetMinutes: 0 } : fields, place);
}

function readFields(text: string, tokens: readonly FormatToken[], culture: DateCulture): Fields | undefined {
  const fields: Fields = {};
  let at = 0;
  for (const token of tokens) {
    const length = readToken(text.slice(at), token, culture, fields);
    if (length === undefined) return undefined;
    at += length;
  }
  return at === text.length ? fields : undefined;
}

/** How many characters the token takes; undefined when the text says something else. */
function readToken(text: string, token: FormatToken, culture: DateCulture, fields: Fields): number | undefined {
  const { letter, length } = token;
  const number = (store: (value: number) => void, widest = 2, narrowest = length): number | undefined => {
    const digits = new RegExp(`^\\d{${Math.min(narrowest, widest)},${widest}}`).exec(text)?.[0];
    if (digits === undefined) return undefined;
    store(Number(digits));
    return digits.length;
  };
  const name = (names: readonly string[], store: (index: number) => void): number | undefined => {
    const lower = text.toLowerCase();
    let best = -1;
    names.forEach((candidate, index) => {
      const known = candidate !== '' && lower.startsWith(candidate.toLowerCase());
      if (known && candidate.length > (names[best]?.length ?? 0)) best = index;
    });
    if (best < 0) return undefined;
    store(best);
    return names[best]?.length;
  };
  const literal = (expected: string): number | undefined =>
    text.toLowerCase().startsWith(expected.toLowerCase()) ? expected.length : undefined;
  switch (letter) {
    case 'd':
      if (length >= 3) return name(length === 3 ? culture.shortDays : culture.days, () => undefined);
      return number((value) => void (fields.day = value));
    case 'M': {
      const store = (index: number): void => void (fields.month = index + 1);
      if (length === 3) return name(culture.shortMonths, store);
      if (length > 3) return name(culture.monthsInDates, store) ?? name(culture.months, store);
      return number((value) => void (fields.month = value));
    }
    case 'y':
      if (length > 2) return number((value) => void (fields.year = value), Math.max(length, 4), Math.max(length, 3));
      return number((value) => void (fields.year = fullYear(value)));
    case 'h':
    case 'H':
      return number((value) => void (fields.hour = value));
    case 'm':
      return number((value) => void (fields.minute = value));
    case 's':
      return number((value) => void (fields.second = value));
    case 'f':
    case 'F':
      return readFraction(text, token, fields);
    case 't':
      return readHalf(text, length, culture, fields);
    case 'z':
    case 'K':
      return readOffset(text, fields, letter === 'K');
    case 'g':
      return literal('A.D.');
    case ':':
      return literal(culture.timeSeparator) ?? literal(':');
    case '/':
      return literal(culture.dateSeparator) ?? literal('/');
    default:
      return literal(token.literal);
  }
}

const fullYear = (twoDigits: number): number => {
  const century = TWO_DIGIT_YEAR_MAX - (TWO_DIGIT_YEAR_MAX % 100);
  const year = century + twoDigits;
  return year > TWO_DIGIT_YEAR_MAX ? year - 100 : year;
};

function readFraction(text: string, { letter, length }: FormatToken, fields: Fields): number | undefined {
  const digits = /^\d*/.exec(text)?.[0].slice(0, length) ?? '';
  if (letter === 'f' && digits.length !== length) return undefined;
  fields.millisecond = Math.trunc(Number(`0.${digits}0`) * 1000 + 1e-6);
  return digits.length;
}

function readHalf(text: string, length: number, culture: DateCulture, fields: Fields): number | undefined {
  for (const half of ['am', 'pm'] as const) {
    for (const written of [culture[half], half]) {
      const expected = length === 1 ? written.charAt(0) : written;
      if (expected === '' || !text.toLowerCase().startsWith(expected.toLowerCase())) continue;
      fields.half = half;
      return expected.length;
    }
  }
  return undefined;
}

function readOffset(text: string, fields: Fields, mayBeMissing: boolean): number | undefined {
  const match = /^(?:Z|([+-])(\d{1,2})(?::?(\d{2}))?)/.exec(text);
  if (match === null) return mayBeMissing ? 0 : undefined;
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  fields.offsetMinutes = match[1] === '-' ? -minutes : minutes;
  return match[0].length;
}

function assemble(fields: Fields, { now, timeZone }: ParsePlace): DatetimeValue | undefined {
  const today = new Date(now.wallMs);
  const hasDate = fields.year !== undefined || fields.month !== undefined || fields.day !== undefined;
  const year = fields.year ?? today.getUTCFullYear();
  const month = fields.month ?? (hasDate ? 1 : today.getUTCMonth() + 1);
  const day = fields.day ?? (hasDate ? 1 : today.getUTCDate());
  const hour = hourOf(fields);
  const { minute = 0, second = 0, millisecond = 0 } = fields;
  if (hour === undefined || hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12) return undefined;
  const wall = datetimeFromParts(year, month, day, hour, minute, second, millisecond);
  const check = new Date(wall.wallMs);
  if (check.getUTCDate() !== day || check.getUTCMonth() + 1 !== month) return undefined;
  if (fields.offsetMinutes === undefined) return wall;
  return datetimeFromDate(new Date(wall.wallMs - fields.offsetMinutes * 60_000), timeZone);
}

function hourOf({ hour = 0, half }: Fields): number | undefined {
  if (half === undefined) return hour;
  return hour > 12 ? undefined : (hour % 12) + (half === 'pm' ? 12 : 0);
}

/**
 * A text in no named format: ISO 8601, the culture's own long and short forms, then forms with names of months that
 * people write. Ours, unproven in Power Automate: numbers alone are read in the culture's order of day and month.
 */
export function parseAny(text: string, place: ParsePlace): DatetimeValue | undefined {
  const trimmed = text.trim().replaceAll(/\s+/g, ' ');
  for (const format of candidateFormats(dateCulture(place.culture))) {
    const value = parseExact(trimmed, format, place);
    if (value !== undefined) return value;
  }
  return undefined;
}

const isoDates = ['yyyy-M-d', 'yyyy/M/d', 'yyyy.M.d', 'yyyyMMdd'];
const namedDates = [
  'd MMMM yyyy',
  'd MMM yyyy',
  'd-MMM-yyyy',
  'd-MMM-yy',
  'MMMM d, yyyy',
  'MMM d, yyyy',
  'MMMM d yyyy',
  'MMM d yyyy',
  'd. MMMM yyyy',
  'MMMM yyyy',
  'MMM yyyy',
  'MMMM d',
  'd MMMM',
];
const times = ['H:m', 'H:m:s', 'H:m:s.FFFFFFF', 'h:m tt', 'h:m:s tt', 'h:mtt', 'h tt', 'htt'];

const formatsKept = new Map<DateCulture, readonly string[]>();
function candidateFormats(culture: DateCulture): readonly string[] {
  const known = formatsKept.get(culture);
  if (known !== undefined) return known;
  const numeric = numericDates(culture.shortDate);
  const dates = [
    ...isoDates,
    ...numeric,
    culture.longDate,
    ...namedDates,
    ...namedDates.slice(0, 8).flatMap((date) => [`dddd, ${date}`, `ddd, ${date}`]),
  ];
  const iso = isoDates.slice(0, 1).flatMap((date) => times.slice(0, 3).map((time) => `${date}'T'${time}K`));
  const made = [
    ...iso,
    ...dates,
    ...dates.flatMap((date) => times.flatMap((time) => [`${date} ${time}`, `${date}, ${time}`])),
    ...dates.flatMap((date) => [`${date} H:m:s zzz`, `${date} H:m:s 'GMT'`]),
    ...times,
  ];
  formatsKept.set(culture, made);
  return made;
}

/** `M/d/yyyy` with every separator and with two-digit years. */
function numericDates(shortDate: string): readonly string[] {
  const letters = [...shortDate.replaceAll(/[^dMy]/g, '')].filter((letter, at, all) => all.indexOf(letter) === at);
  const join = (separator: string, year: string): string =>
    letters.map((letter) => (letter === 'y' ? year : letter)).join(`'${separator}'`);
  return ['/', '.', '-'].flatMap((separator) => [join(separator, 'yyyy'), join(separator, 'yy')]);
}
