const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const units: readonly (readonly [string, number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
];

/** The largest unit that fits, as in a list: `4m`, `3h`, `12d`. */
export function age(ms: number): string {
  const [unit, size] = units.find(([, length]) => ms >= length) ?? ['s', SECOND_MS];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

export const ageOf = (time: string | null, nowMs: number): string =>
  time === null ? '-' : age(nowMs - Date.parse(time));

/** Two units, as in a sentence: `1m 20s`, `0.4s`. */
export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)}s`;
  const index = units.findIndex(([, length]) => ms >= length);
  const [unit, size] = units[index] ?? ['s', SECOND_MS];
  const [smallUnit, smallSize] = units[index + 1] ?? ['s', SECOND_MS];
  return `${Math.floor(ms / size)}${unit} ${Math.floor((ms % size) / smallSize)}${smallUnit}`;
}

/** `3h`, `90s`, `1h30m`, or undefined when it is none of these. */
export function parseDuration(written: string): number | undefined {
  if (!/^(\d+(ms|[dhms]))+$/.test(written)) return undefined;
  let total = 0;
  for (const [, count, unit] of written.matchAll(/(\d+)(ms|[dhms])/g))
    total += Number(count) * (unit === 'ms' ? 1 : (units.find(([name]) => name === unit)?.[1] ?? 0));
  return total > 0 ? total : undefined;
}
