/** What a culture says about dates, taken from Intl and kept: names, separators and the standard patterns of .NET. */
export interface DateCulture {
  readonly months: readonly string[];
  readonly monthsInDates: readonly string[];
  readonly shortMonths: readonly string[];
  readonly days: readonly string[];
  readonly shortDays: readonly string[];
  readonly am: string;
  readonly pm: string;
  readonly dateSeparator: string;
  readonly timeSeparator: string;
  readonly shortDate: string;
  readonly longDate: string;
  readonly shortTime: string;
  readonly longTime: string;
  readonly monthDay: string;
  readonly yearMonth: string;
}

const CULTURES_KEPT_MAX = 32;
const kept = new Map<string, DateCulture>();

export function dateCulture(culture: string): DateCulture {
  const known = kept.get(culture);
  if (known !== undefined) return known;
  if (kept.size >= CULTURES_KEPT_MAX) kept.clear();
  const made = describe(culture);
  kept.set(culture, made);
  return made;
}

/** A Saturday with one-digit parts, so that a pattern shows where leading zeros stand. */
const SAMPLE = new Date(Date.UTC(2003, 1, 1, 4, 5, 6));
const monthDates = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2023, month, 8)));
const dayDates = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2023, 0, 1 + day)));

type Format = Intl.DateTimeFormatOptions;

function describe(culture: string): DateCulture {
  // To make a format takes longer than to use it a dozen times, and every runner makes one culture at its start.
  const partsOfAll = (options: Format, dates: readonly Date[]): Intl.DateTimeFormatPart[][] => {
    const fixed = { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' } as const;
    const format = new Intl.DateTimeFormat(culture, { ...fixed, ...options });
    return dates.map((date) =>
      format.formatToParts(date).map((part) => ({ ...part, value: part.value.replaceAll(/[\u202f\u00a0]/g, ' ') })),
    );
  };
  const partsOf = (options: Format): Intl.DateTimeFormatPart[] => partsOfAll(options, [SAMPLE])[0] ?? [];
  const pick = (options: Format, type: Intl.DateTimeFormatPartTypes, dates: readonly Date[]): string[] =>
    partsOfAll(options, dates).map((parts) => parts.find((part) => part.type === type)?.value ?? '');
  const patternOf = (options: Format): string => pattern(partsOf(options));
  const halfDay = (hour: number): string =>
    pick({ hour: 'numeric', hour12: true }, 'dayPeriod', [new Date(Date.UTC(2023, 0, 1, hour))])[0] ?? '';
  return {
    months: pick({ month: 'long' }, 'month', monthDates),
    monthsInDates: pick({ month: 'long', day: 'numeric' }, 'month', monthDates),
    shortMonths: pick({ month: 'short' }, 'month', monthDates),
    days: pick({ weekday: 'long' }, 'weekday', dayDates),
    shortDays: pick({ weekday: 'short' }, 'weekday', dayDates),
    am: halfDay(4),
    pm: halfDay(16),
    dateSeparator: between(partsOf({ dateStyle: 'short' }), 'month', 'day') ?? '/',
    timeSeparator: between(partsOf({ timeStyle: 'medium' }), 'hour', 'minute') ?? ':',
    shortDate: patternOf({ dateStyle: 'short' }).replace(/y+/, 'yyyy'),
    longDate: patternOf({ dateStyle: 'full' }),
    shortTime: patternOf({ timeStyle: 'short' }),
    longTime: patternOf({ timeStyle: 'medium' }),
    monthDay: patternOf({ month: 'long', day: 'numeric' }),
    yearMonth: patternOf({ month: 'long', year: 'numeric' }),
  };
}

function between(parts: readonly Intl.DateTimeFormatPart[], one: string, other: string): string | undefined {
  const index = parts.findIndex(
    (part, at) =>
      part.type === 'literal' &&
      [one, other].includes(parts[at - 1]?.type ?? '') &&
      [one, other].includes(parts[at + 1]?.type ?? ''),
  );
  return index < 0 ? undefined : parts[index]?.value.trim() || undefined;
}

/** The .NET pattern that Intl's parts stand for. */
function pattern(parts: readonly Intl.DateTimeFormatPart[]): string {
  const twelve = parts.some((part) => part.type === 'dayPeriod');
  return parts.map((part) => specifier(part, twelve)).join('');
}

function specifier({ type, value }: Intl.DateTimeFormatPart, twelve: boolean): string {
  const digits = (letter: string): string => letter.repeat(Math.min(value.length, 2));
  switch (type) {
    case 'year':
      return 'yyyy';
    case 'month':
      return /^\d+$/.test(value) ? digits('M') : 'MMMM';
    case 'day':
      return digits('d');
    case 'weekday':
      return 'dddd';
    case 'hour':
      return digits(twelve ? 'h' : 'H');
    case 'minute':
      return 'mm';
    case 'second':
      return 'ss';
    case 'dayPeriod':
      return 'tt';
    default:
      return /\p{L}/u.test(value) ? `'${value.replaceAll("'", "\\'")}'` : value;
  }
}

export const invariantCulture = (): DateCulture => ({
  ...dateCulture('en-US'),
  shortDate: 'MM/dd/yyyy',
  longTime: 'HH:mm:ss',
});
