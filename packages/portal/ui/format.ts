const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `0.2 s`, `32 s`, `4 m 10 s`, `2 h 05 m`, `3 d 4 h`: two units at most, so that columns stay narrow. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 10) return `${Math.round(span * 10) / 10} ms`;
  if (span < SECOND_MS) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND_MS) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`;
  if (span < MINUTE_MS) return `${Math.floor(span / SECOND_MS)} s`;
  if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} m ${pad(Math.floor((span % MINUTE_MS) / SECOND_MS))} s`;
  if (span < DAY_MS) return `${Math.floor(span / HOUR_MS)} h ${pad(Math.floor((span % HOUR_MS) / MINUTE_MS))} m`;
  return `${Math.floor(span / DAY_MS)} d ${Math.floor((span % DAY_MS) / HOUR_MS)} h`;
}

const pad = (value: number): string => String(value).padStart(2, '0');

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

/** `12 s ago`, `in 2 hr.`; the exact time stands in the tooltip. */
export function formatRelative(atMs: number, nowMs: number): string {
  const span = atMs - nowMs;
  const size = Math.abs(span);
  if (size < 10 * SECOND_MS) return 'now';
  if (size < MINUTE_MS) return relative.format(Math.round(span / SECOND_MS), 'second');
  if (size < HOUR_MS) return relative.format(Math.round(span / MINUTE_MS), 'minute');
  if (size < DAY_MS) return relative.format(Math.round(span / HOUR_MS), 'hour');
  return relative.format(Math.round(span / DAY_MS), 'day');
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const minutes = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** Today as a clock time, other days with the day. */
export const formatMoment = (at: string, nowMs: number): string =>
  (isSameDay(at, nowMs) ? clock : dayAndClock).format(new Date(at));

/** With its day, also today. */
export const formatDay = (at: string): string => dayAndClock.format(new Date(at));

/** The same without seconds, for what nobody knows to the second. */
export const formatMinute = (at: string, nowMs: number): string =>
  (isSameDay(at, nowMs) ? minutes : dayAndClock).format(new Date(at));

/** The server says a time of day as `12:05 UTC`, of a moment near now; here it is said like every other time. */
export function withLocalTimes(said: string, nowMs: number): string {
  return said.replaceAll(/\b([01]\d|2[0-3]):([0-5]\d) UTC\b/g, (_whole, hours: string, mins: string) => {
    const ofDayMs = Number(hours) * HOUR_MS + Number(mins) * MINUTE_MS;
    const nearestMs = ofDayMs + Math.round((nowMs - ofDayMs) / DAY_MS) * DAY_MS;
    return formatMinute(new Date(nearestMs).toISOString(), nowMs);
  });
}

const isSameDay = (at: string, nowMs: number): boolean =>
  new Date(at).toDateString() === new Date(nowMs).toDateString();

export const formatClock = (at: string | number): string => clock.format(new Date(at));
export const formatFull = (at: string): string => full.format(new Date(at));

const number = new Intl.NumberFormat();
export const formatNumber = (value: number): string => number.format(value);

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** A short look at the inputs of a run: `month=2026-11 · dry=false`. */
export function previewInputs(inputs: Readonly<Record<string, unknown>>): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}=${isSealed(value) ? '•••' : previewValue(value)}`)
    .join(' · ');
}

export function previewValue(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? '';
}

/** A sensitive value never comes back; the server says so with a marker. */
export function isSealed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sealed' in value;
}
