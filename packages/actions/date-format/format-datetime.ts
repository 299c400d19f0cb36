import type { DatetimeValue } from '@deskhand/robin';
import { type DateCulture, dateCulture } from './culture.ts';
import { type FormatToken, formatTokens, standardPattern } from './standard-formats.ts';
import { offsetMinutes } from './time-zone.ts';

export interface FormatPlace {
  readonly culture: string;
  readonly timeZone: string;
}

/** A moment in a .NET format: one letter for a standard one (`d`, `F`, `s`), more for a custom one (`yyyy-MM-dd`). */
export function formatDatetime(value: DatetimeValue, format: string, place: FormatPlace): string {
  const local = dateCulture(place.culture);
  const standard = format.length === 1 ? standardPattern(format, local) : undefined;
  const culture = standard?.culture ?? local;
  const tokens = formatTokens(standard?.pattern ?? format);
  // Of the forms that name UTC only `U` converts to it: .NET prints `r` and `u` as the clock stands.
  const moment = format === 'U' ? atUtc(value, place) : value;
  const date = new Date(moment.wallMs);
  const hasDay = tokens.some(({ letter, length }) => letter === 'd' && length < 3);
  const print = (token: FormatToken): string => printed(token, { date, culture, hasDay, place, value });
  return tokens.map(print).join('');
}

const atUtc = (value: DatetimeValue, { timeZone }: FormatPlace): DatetimeValue => ({
  kind: 'datetime',
  wallMs: value.wallMs - offsetMinutes(value, timeZone) * 60_000,
});

interface Printing {
  readonly date: Date;
  readonly culture: DateCulture;
  /** Some languages bend a month's name when a day stands beside it. */
  readonly hasDay: boolean;
  readonly place: FormatPlace;
  readonly value: DatetimeValue;
}

function printed({ letter, length, literal }: FormatToken, { date, culture, hasDay, place, value }: Printing): string {
  const digits = (number: number, width = length): string => String(number).padStart(Math.min(width, 2), '0');
  const hour = date.getUTCHours();
  switch (letter) {
    case 'd':
      if (length < 3) return digits(date.getUTCDate());
      return (length === 3 ? culture.shortDays : culture.days)[date.getUTCDay()] ?? '';
    case 'M': {
      const month = date.getUTCMonth();
      if (length < 3) return digits(month + 1);
      if (length === 3) return culture.shortMonths[month] ?? '';
      return (hasDay ? culture.monthsInDates : culture.months)[month] ?? '';
    }
    case 'y':
      return yearText(date.getUTCFullYear(), length);
    case 'h':
      return digits(hour % 12 === 0 ? 12 : hour % 12);
    case 'H':
      return digits(hour);
    case 'm':
      return digits(date.getUTCMinutes());
    case 's':
      return digits(date.getUTCSeconds());
    case 't': {
      const half = hour < 12 ? culture.am : culture.pm;
      return length === 1 ? half.charAt(0) : half;
    }
    case 'f':
    case 'F':
      return fraction(date.getUTCMilliseconds(), letter, length);
    case 'g':
      return 'A.D.';
    case 'z':
    case 'K':
      return offsetText(offsetMinutes(value, place.timeZone), letter === 'K' ? 3 : length);
    case ':':
      return culture.timeSeparator;
    case '/':
      return culture.dateSeparator;
    default:
      return literal;
  }
}

function yearText(year: number, length: number): string {
  if (length <= 2) return String(year % 100).padStart(length, '0');
  return String(year).padStart(length, '0');
}

/** Milliseconds are all there is; `F` leaves zeros at the end out. */
function fraction(milliseconds: number, letter: string, length: number): string {
  const all = String(milliseconds).padStart(3, '0').padEnd(7, '0').slice(0, length);
  return letter === 'F' ? all.replace(/0+$/, '') : all;
}

function offsetText(minutes: number, length: number): string {
  const sign = minutes < 0 ? '-' : '+';
  const hours = Math.trunc(Math.abs(minutes) / 60);
  if (length === 1) return sign + hours;
  const padded = sign + String(hours).padStart(2, '0');
  return length === 2 ? padded : `${padded}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
}
