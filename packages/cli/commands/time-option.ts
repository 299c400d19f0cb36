import { type Call, text } from '../command.ts';
import { usageFailure } from '../terminal/errors.ts';
import { parseDuration } from '../terminal/time.ts';

/** The value of an option that is a length of time, in milliseconds. */
export function timeOption(call: Call, option: string): number | undefined {
  const written = text(call, option);
  if (written === undefined) return undefined;
  const ms = parseDuration(written);
  if (ms === undefined) throw usageFailure(`"${written}" is not a length of time.`, '90s, 30m, 3h or 1h30m');
  return ms;
}
