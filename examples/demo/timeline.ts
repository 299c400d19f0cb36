import type { Run } from '@deskhand/protocol/http/runs.ts';
import { duration } from './duration.ts';

interface Moment {
  readonly name: string;
  readonly atMs: number;
}

const BAR_CHARACTERS = 36;
const VALUE_CHARACTERS_MAX = 70;

/** When each thing happened to a run, how long each lasted, a bar for each on one scale, and what it gave back. */
export function timeline(name: string, run: Run): string {
  const moments = momentsOf(run);
  const startMs = moments[0]?.atMs ?? 0;
  const wholeMs = (moments.at(-1)?.atMs ?? startMs) - startMs;
  const lines = moments.map(({ name: what, atMs }, index) => {
    const next = moments[index + 1];
    const lastedMs = next ? next.atMs - atMs : null;
    const cells = [
      what.padEnd(12),
      `+${duration(atMs - startMs)}`.padStart(9),
      (lastedMs ? duration(lastedMs) : '').padStart(8),
      lastedMs ? bar(atMs - startMs, lastedMs, wholeMs) : '',
    ];
    return `    ${cells.join('  ')}`.trimEnd();
  });
  return [`  ${name}, ${run.mode}, on ${run.gateway?.name ?? 'no machine'}`, ...lines, ...outputsOf(run)].join('\n');
}

function momentsOf(run: Run): readonly Moment[] {
  const moments: readonly (readonly [string, string | null])[] = [
    ['requested', run.requestedAt],
    ['offered', run.offeredAt],
    ['signing in', run.signingInAt],
    ['downloading', run.downloadingAt],
    ['running', run.startedAt],
    [run.display.toLowerCase(), run.endedAt],
    ['signed out', run.mode === 'unattended' ? run.signedOutAt : null],
  ];
  return moments
    .flatMap(([name, at]) => (at === null ? [] : [{ name, atMs: Date.parse(at) }]))
    .sort((a, b) => a.atMs - b.atMs);
}

function bar(fromMs: number, lastedMs: number, wholeMs: number): string {
  const scale = wholeMs > 0 ? BAR_CHARACTERS / wholeMs : 0;
  return ' '.repeat(Math.round(fromMs * scale)) + '█'.repeat(Math.max(1, Math.round(lastedMs * scale)));
}

function outputsOf(run: Run): readonly string[] {
  const entries: readonly (readonly [string, unknown])[] = [
    ...Object.entries(run.outputs),
    ...(run.error ? [['error', `${run.error.code}: ${run.error.message}`] as const] : []),
  ];
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(
    ([name, value], index) =>
      `    ${(index === 0 ? 'gave back' : '').padEnd(12)}  ${name.padEnd(width)}  ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ');
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX - 1)}…` : text;
}
