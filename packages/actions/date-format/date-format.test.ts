import { datetimeFromParts, type DatetimeValue } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { formatDatetime } from './format-datetime.ts';
import { parseAny, parseExact } from './parse-datetime.ts';

const moment = datetimeFromParts(2026, 6, 5, 15, 4, 9, 70);
const place = { culture: 'en-US', timeZone: 'Europe/Berlin', now: datetimeFromParts(2026, 11, 23, 8, 0) };
const shown = (format: string, culture = 'en-US'): string => formatDatetime(moment, format, { ...place, culture });
const iso = (value: DatetimeValue | undefined): string | undefined =>
  value === undefined ? undefined : new Date(value.wallMs).toISOString().slice(0, 23);

describe('custom formats', () => {
  test.each([
    ['yyyy-MM-dd', '2026-06-05'],
    ['yyyyMMddHHmmss', '20260605150409'],
    ['dd/MM/yy', '05/06/26'],
    ['d.M.yyyy', '5.6.2026'],
    ['ddd, MMM d', 'Fri, Jun 5'],
    ['dddd d MMMM yyyy', 'Friday 5 June 2026'],
    ['hh:mm tt', '03:04 PM'],
    ['h:m:s t', '3:4:9 P'],
    ['HH:mm:ss.fff', '15:04:09.070'],
    ['s.FFF', '9.07'],
    ["yyyy-MM-dd'T'HH:mm:ss", '2026-06-05T15:04:09'],
    ['yyyy-MM-ddTHH:mm:sszzz', '2026-06-05T15:04:09+02:00'],
    ['"week" \\d d', 'week d 5'],
    ['%d', '5'],
    ['%h', '3'],
    ['z', '+2'],
    ['yyyyy', '02026'],
    ['MMMM', 'June'],
  ])('%s', (format, text) => {
    expect(shown(format.length === 1 ? `%${format}` : format)).toBe(text);
  });
});

describe('standard formats', () => {
  test.each([
    ['d', '6/5/2026'],
    ['D', 'Friday, June 5, 2026'],
    ['t', '3:04 PM'],
    ['T', '3:04:09 PM'],
    ['f', 'Friday, June 5, 2026 3:04 PM'],
    ['F', 'Friday, June 5, 2026 3:04:09 PM'],
    ['g', '6/5/2026 3:04 PM'],
    ['G', '6/5/2026 3:04:09 PM'],
    ['M', 'June 5'],
    ['y', 'June 2026'],
    ['o', '2026-06-05T15:04:09.0700000'],
    ['r', 'Fri, 05 Jun 2026 15:04:09 GMT'],
    ['U', 'Friday, June 5, 2026 1:04:09 PM'],
    ['s', '2026-06-05T15:04:09'],
    ['u', '2026-06-05 15:04:09Z'],
  ])('%s', (format, text) => {
    expect(shown(format)).toBe(text);
  });
});

describe('cultures give names, order and separators', () => {
  test.each([
    ['de-DE', 'd', '05.06.2026'],
    ['de-DE', 'dddd, d. MMMM', 'Freitag, 5. Juni'],
    ['de-DE', 'dd/MM/yyyy', '05.06.2026'],
    ['fr-FR', 'd', '05/06/2026'],
    ['fr-FR', 'dddd d MMMM yyyy', 'vendredi 5 juin 2026'],
    ['en-GB', 'd', '05/06/2026'],
    ['pl-PL', 'd MMMM', '5 czerwca'],
    ['pl-PL', 'MMMM', 'czerwiec'],
    ['ja-JP', 'd', '2026/06/05'],
  ])('%s %s', (culture, format, text) => {
    expect(shown(format, culture)).toBe(text);
  });
});

describe('reading a given format', () => {
  test.each([
    ['05/06/2026', 'dd/MM/yyyy', '2026-06-05T00:00:00.000'],
    ['20260605-150409', 'yyyyMMdd-HHmmss', '2026-06-05T15:04:09.000'],
    ['Fri 5 Jun 2026', 'ddd d MMM yyyy', '2026-06-05T00:00:00.000'],
    ['june 5, 2026', 'MMMM d, yyyy', '2026-06-05T00:00:00.000'],
    ['12:30 AM', 'hh:mm tt', '2026-11-23T00:30:00.000'],
    ['1.2.49', 'd.M.yy', '2049-02-01T00:00:00.000'],
    ['1.2.50', 'd.M.yy', '1950-02-01T00:00:00.000'],
    ['2026-06-05T15:04:09.07Z', "yyyy-MM-dd'T'HH:mm:ss.ffK", '2026-06-05T17:04:09.070'],
    ['6/5/2026', 'd', '2026-06-05T00:00:00.000'],
    ['Fri, 05 Jun 2026 15:04:09 GMT', 'r', '2026-06-05T15:04:09.000'],
  ])('%s as %s', (text, format, expected) => {
    expect(iso(parseExact(text, format, place))).toBe(expected);
  });

  test.each([
    ['5/6/2026', 'dd/MM/yyyy'],
    ['31/02/2026', 'dd/MM/yyyy'],
    ['2026-06-05 later', 'yyyy-MM-dd'],
    ['13:00 PM', 'hh:mm tt'],
    ['25:00', 'HH:mm'],
    ['Foo 2026', 'MMM yyyy'],
  ])('%s is no %s', (text, format) => {
    expect(parseExact(text, format, place)).toBeUndefined();
  });

  test('what is printed is read back', () => {
    for (const format of ['yyyy-MM-dd HH:mm:ss.fff', 'dddd, d MMMM yyyy h:mm:ss.fff tt']) {
      for (const culture of ['en-US', 'de-DE', 'fr-FR', 'es-ES', 'pl-PL', 'pt-BR', 'nl-NL', 'it-IT']) {
        const text = formatDatetime(moment, format, { ...place, culture });
        expect(iso(parseExact(text, format, { ...place, culture })), `${culture} ${text}`).toBe(iso(moment));
      }
    }
  });
});

describe('reading without a format', () => {
  test.each([
    ['2026-06-05', 'en-US', '2026-06-05T00:00:00.000'],
    ['2026-06-05T15:04:09', 'en-US', '2026-06-05T15:04:09.000'],
    ['2026-06-05T13:04:09Z', 'en-US', '2026-06-05T15:04:09.000'],
    ['2026-06-05 15:04', 'en-US', '2026-06-05T15:04:00.000'],
    ['6/5/2026', 'en-US', '2026-06-05T00:00:00.000'],
    ['6/5/2026', 'en-GB', '2026-05-06T00:00:00.000'],
    ['5.6.2026 15:04', 'de-DE', '2026-06-05T15:04:00.000'],
    ['6/5/2026 3:04:09 PM', 'en-US', '2026-06-05T15:04:09.000'],
    ['June 5, 2026', 'en-US', '2026-06-05T00:00:00.000'],
    ['5 juin 2026', 'fr-FR', '2026-06-05T00:00:00.000'],
    ['Fri, 5 Jun 2026 13:04:09 GMT', 'en-US', '2026-06-05T13:04:09.000'],
    ['15:04', 'en-US', '2026-11-23T15:04:00.000'],
  ])('%s in %s', (text, culture, expected) => {
    expect(iso(parseAny(text, { ...place, culture }))).toBe(expected);
  });

  test.each(['tomorrow', '', '2026-13-01', '32/01/2026', '1'])('%s is no date', (text) => {
    expect(parseAny(text, place)).toBeUndefined();
  });
});
