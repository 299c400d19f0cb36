import {
  type ActionCall,
  type ActionDefinition,
  type ActionModule,
  datetimeFromDate,
  datetimeFromParts,
  datetimeOf,
  type DatetimeValue,
} from '@deskhand/robin';
import { choice, datetime, integer, number, output, text } from '../declare/arguments.ts';
import { errorTable, failure } from '../declare/errors.ts';
import { readChoice, readDatetime, readNumber, readText } from '../declare/read-argument.ts';
import { windowsZones, zoneOfWindowsName } from './windows-zones.ts';

const errors = errorTable({
  SpecifiedCountryRegionNotFoundError: 'Specified country/region not found',
  FailedToRetrieveCurrentDatetimeError: 'Failed to retrieve current datetime',
  DatetimeIsOutOfRangeError: 'Datetime is out of range',
});

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

const shape = choice('DateTime.DateTimeFormat', ['DateAndTime', 'DateOnly']);
const now = { CurrentDateTime: output('datetime', 'CurrentDateTime') };

const current: ActionDefinition = {
  id: 'DateTime.GetCurrentDateTime',
  title: 'Get current date and time',
  summary: "The wall clock now, of this machine's zone or of another. Ours: milliseconds are kept.",
  linux: 'core',
  errors: [errors.SpecifiedCountryRegionNotFoundError, errors.FailedToRetrieveCurrentDatetimeError],
  selectors: {
    Local: {
      arguments: { DateTimeFormat: shape },
      outputs: now,
      run: (call) => nowIn(call, call.context.timeZone),
    },
    Current: {
      arguments: { DateTimeFormat: shape, Offset: text({ default: 'Europe/Bucharest' }) },
      outputs: now,
      run: (call) => nowIn(call, knownZone(readText(call, 'Offset'))),
    },
    Windows: {
      arguments: {
        DateTimeFormat: shape,
        TimeZoneLocation: choice('DateTime.TimeZoneLocation', [...windowsZones.keys()], 'UTC'),
      },
      outputs: now,
      run: (call) => nowIn(call, knownZone(readChoice(call, 'TimeZoneLocation'))),
    },
    CustomOffset: {
      arguments: { DateTimeFormat: shape, CustomOffset: number({ summary: 'Hours before UTC; 5.5 is half past.' }) },
      outputs: now,
      run: (call) => {
        const offset = readNumber(call, 'CustomOffset');
        return shaped(call, datetimeOf(call.context.now().getTime() + Math.round(offset * MS_PER_HOUR)));
      },
    },
    CustomTimeZone: {
      arguments: { DateTimeFormat: shape, CustomTimeZone: text() },
      outputs: now,
      run: (call) => nowIn(call, knownZone(readText(call, 'CustomTimeZone'))),
    },
  },
};

/** A zone by its IANA name or by the name that Windows gives it. */
function knownZone(name: string): string {
  const zone = zoneOfWindowsName(name) ?? name.trim();
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw failure(errors.SpecifiedCountryRegionNotFoundError, `No time zone is known as '${name}'.`);
  }
}

const nowIn = (call: ActionCall, zone: string) => shaped(call, datetimeFromDate(call.context.now(), zone));

function shaped(call: ActionCall, moment: DatetimeValue) {
  const dateOnly = readChoice(call, 'DateTimeFormat') === 'DateOnly';
  const wallMs = dateOnly ? Math.floor(moment.wallMs / MS_PER_DAY) * MS_PER_DAY : moment.wallMs;
  return { outputs: { CurrentDateTime: datetimeOf(wallMs) } };
}

const add: ActionDefinition = {
  id: 'DateTime.Add',
  title: 'Add to datetime',
  summary: 'Moves a date and time. Months and years end on the last day of a shorter month, as in .NET.',
  linux: 'core',
  errors: [errors.DatetimeIsOutOfRangeError],
  selectors: {
    '': {
      arguments: {
        DateTime: datetime(),
        TimeToAdd: integer({ default: 0 }),
        TimeUnit: choice('DateTime.TimeUnit', ['Seconds', 'Minutes', 'Hours', 'Days', 'Months', 'Years'], 'Days'),
      },
      outputs: { ResultedDate: output('datetime', 'ResultedDate') },
      run: (call) => {
        const moved = move(readDatetime(call, 'DateTime'), readNumber(call, 'TimeToAdd'), readChoice(call, 'TimeUnit'));
        return { outputs: { ResultedDate: withinRange(moved) } };
      },
    },
  },
};

function move(from: DatetimeValue, amount: number, unit: string): DatetimeValue {
  switch (unit) {
    case 'Seconds':
      return datetimeOf(from.wallMs + amount * MS_PER_SECOND);
    case 'Minutes':
      return datetimeOf(from.wallMs + amount * MS_PER_MINUTE);
    case 'Hours':
      return datetimeOf(from.wallMs + amount * MS_PER_HOUR);
    case 'Days':
      return datetimeOf(from.wallMs + amount * MS_PER_DAY);
    case 'Months':
      return monthsLater(from, Math.trunc(amount));
    default:
      return monthsLater(from, Math.trunc(amount) * 12);
  }
}

function monthsLater(from: DatetimeValue, months: number): DatetimeValue {
  const date = new Date(from.wallMs);
  const total = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const [year, month] = [Math.floor(total / 12), total % 12];
  const lastDay = new Date(datetimeFromParts(year, month + 2, 0).wallMs).getUTCDate();
  const day = datetimeFromParts(year, month + 1, Math.min(date.getUTCDate(), lastDay));
  return datetimeOf(day.wallMs + (((from.wallMs % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY));
}

const EARLIEST_MS = datetimeFromParts(1, 1, 1).wallMs;
const LATEST_MS = datetimeFromParts(9999, 12, 31, 23, 59, 59, 999).wallMs;
function withinRange(value: DatetimeValue): DatetimeValue {
  if (value.wallMs >= EARLIEST_MS && value.wallMs <= LATEST_MS) return value;
  throw failure(errors.DatetimeIsOutOfRangeError, 'The date lies before the year 1 or after the year 9999.');
}

const units: Readonly<Record<string, number>> = {
  Days: MS_PER_DAY,
  Hours: MS_PER_HOUR,
  Minutes: MS_PER_MINUTE,
  Seconds: MS_PER_SECOND,
};

const subtract: ActionDefinition = {
  id: 'DateTime.Subtract',
  title: 'Subtract dates',
  summary: 'The time between two moments as a number of units, with decimals.',
  linux: 'core',
  errors: [],
  selectors: {
    '': {
      arguments: {
        FromDate: datetime(),
        SubstractDate: datetime(),
        TimeUnit: choice('DateTime.DifferenceTimeUnit', ['Seconds', 'Minutes', 'Hours', 'Days'], 'Days'),
      },
      outputs: { TimeDifference: output('number', 'TimeDifference') },
      run: (call) => {
        const difference = readDatetime(call, 'FromDate').wallMs - readDatetime(call, 'SubstractDate').wallMs;
        return { outputs: { TimeDifference: difference / (units[readChoice(call, 'TimeUnit')] ?? MS_PER_DAY) } };
      },
    },
  },
};

export const dateTimeModule: ActionModule = { name: 'DateTime', title: 'Date time', actions: [add, subtract, current] };
