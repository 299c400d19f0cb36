import type { JournalEntry } from '@deskhand/gateway/ports/journal.ts';
import { recordsOf } from '@deskhand/gateway/use-cases/attempt-record.ts';
import type { DiskImage } from './simulated-disk.ts';

/** The attempts that the journals of an image have asked for and not begun. */
export function halfAsked(image: DiskImage): readonly { readonly runId: string; readonly attempt: number }[] {
  return [...image].filter(([path]) => path.endsWith('/journal.jsonl')).flatMap(([, content]) => askedIn(content));
}

function askedIn(content: Buffer): readonly { readonly runId: string; readonly attempt: number }[] {
  const whole = content.subarray(0, content.lastIndexOf('\n') + 1).toString('utf8');
  const lines = whole.split('\n').filter((line) => line !== '');
  const [, ...entries] = lines.map((line) => JSON.parse(line) as JournalEntry);
  const begun = recordsOf(entries);
  return entries.flatMap((entry) =>
    entry.type === 'acquiring' && !begun.has(`${entry.runId}/${entry.attempt}`)
      ? [{ runId: entry.runId, attempt: entry.attempt }]
      : [],
  );
}
