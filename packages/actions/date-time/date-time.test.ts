import { ActionError, type ArgumentValue, datetimeFromParts, type RobinValue } from '@deskhand/robin';
import { describe, expect, test } from 'vitest';
import { runner } from '../test-context.ts';
import { dateTimeModule } from './module.ts';
import { windowsZones } from './windows-zones.ts';

const run = runner(dateTimeModule);
const outputs = (id: string, values: Readonly<Record<string, ArgumentValue>>) => {
  const result = run(`DateTime.${id}`, values);
  if (result instanceof Promise) throw new Error('date actions do not wait');
  return result.outputs ?? {};
};
const iso = (value: RobinValue | undefined): string | undefined =>
  typeof value === 'object' && value.kind === 'datetime'
    ? new Date(value.wallMs).toISOString().slice(0, 19)
    : undefined;

describe('now, at 07:00 UTC on 23 November 2026', () => {
  test.each<[string, Readonly<Record<string, ArgumentValue>>, string]>([
    ['Local', {}, '2026-11-23T08:00:00'],
    ['Local', { DateTimeFormat: 'DateOnly' }, '2026-11-23T00:00:00'],
    ['Current', { Offset: 'Asia/Tokyo' }, '2026-11-23T16:00:00'],
    ['Windows', { TimeZoneLocation: 'PacificStandardTime' }, '2026-11-22T23:00:00'],
    ['CustomOffset', { CustomOffset: 5.5 }, '2026-11-23T12:30:00'],
    ['CustomTimeZone', { CustomTimeZone: 'W. Europe Standard Time' }, '2026-11-23T08:00:00'],
  ])('%s %o', (selector, values, expected) => {
    expect(iso(outputs(`GetCurrentDateTime.${selector}`, values)['CurrentDateTime'])).toBe(expected);
  });

  test('an unknown zone says so', () => {
    expect(() => outputs('GetCurrentDateTime.CustomTimeZone', { CustomTimeZone: 'Atlantis' })).toThrow(ActionError);
  });

  test('every zone of Windows is one that this machine knows', () => {
    for (const [name, zone] of windowsZones) {
      expect(() => new Intl.DateTimeFormat('en-US', { timeZone: zone }), name).not.toThrow();
    }
    expect(windowsZones.size).toBe(141);
  });
});

describe('adding', () => {
  test.each([
    ['Seconds', 90, '2026-01-31T10:01:30'],
    ['Minutes', -60, '2026-01-31T09:00:00'],
    ['Hours', 24, '2026-02-01T10:00:00'],
    ['Days', 1, '2026-02-01T10:00:00'],
    ['Months', 1, '2026-02-28T10:00:00'],
    ['Months', -13, '2024-12-31T10:00:00'],
    ['Years', 2, '2028-01-31T10:00:00'],
  ])('%s %d', (unit, amount, expected) => {
    const values = { DateTime: datetimeFromParts(2026, 1, 31, 10), TimeToAdd: amount, TimeUnit: unit };
    expect(iso(outputs('Add', values)['ResultedDate'])).toBe(expected);
  });

  test('a leap day ends on the last day of February', () => {
    const values = { DateTime: datetimeFromParts(2024, 2, 29), TimeToAdd: 1, TimeUnit: 'Years' };
    expect(iso(outputs('Add', values)['ResultedDate'])).toBe('2025-02-28T00:00:00');
  });

  test('the calendar ends with the year 9999', () => {
    const values = { DateTime: datetimeFromParts(9999, 1, 1), TimeToAdd: 1, TimeUnit: 'Years' };
    expect(() => outputs('Add', values)).toThrow(ActionError);
  });
});

test.each([
  ['Days', 1.5],
  ['Hours', 36],
  ['Minutes', 2160],
  ['Seconds', 129600],
])('the difference in %s is %d', (unit, difference) => {
  const values = {
    FromDate: datetimeFromParts(2026, 6, 3, 12),
    SubstractDate: datetimeFromParts(2026, 6, 2),
    TimeUnit: unit,
  };
  expect(outputs('Subtract', values)).toEqual({ TimeDifference: difference });
});
