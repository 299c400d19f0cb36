import { datetimeFromDate, type DatetimeValue } from '@deskhand/robin';

/** How far a zone's wall clock stands before UTC at a wall-clock reading. In a doubled hour the first one counts. */
export function offsetMinutes(value: DatetimeValue, timeZone: string): number {
  const guess = datetimeFromDate(new Date(value.wallMs), timeZone).wallMs - value.wallMs;
  const moment = value.wallMs - guess;
  const offset = datetimeFromDate(new Date(moment), timeZone).wallMs - moment;
  return Math.round(offset / 60_000);
}
