import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from './wait-until.ts';

/**
 * A folder in which a flow leaves outside marks: its first action appends a line to `starts` and syncs it to disk, so
 * that starts are counted by what really ran and not by our tables; then it waits for `go`.
 */
export interface Marks {
  readonly folder: string;
  starts(): number;
  whenStarted(): Promise<unknown>;
  letGo(): void;
}

export function makeMarks(parent: string, name: string): Marks {
  // A name of its own: the second try of a test must not meet what its first one left.
  const folder = mkdtempSync(join(parent, `${name}-`));
  chmodSync(folder, 0o1777);
  const starts = (): number =>
    existsSync(join(folder, 'starts')) ? readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length : 0;
  return {
    folder,
    starts,
    whenStarted: () => waitUntil(`a start in ${folder}`, () => starts() > 0 || undefined),
    letGo: () => writeFileSync(join(folder, 'go'), ''),
  };
}

/** Marks its start, waits for `go`, and gives `Done` back. */
export const markedFlow = `@INPUT Marks : { 'Description': '', 'FriendlyName': 'Marks', 'Type': 'String' }
@OUTPUT Answer : { 'Description': '', 'FriendlyName': 'Answer', 'Type': 'String' }
System.RunDOSCommand.RunDOSCommand DOSCommandOrApplication: $'''echo started >> %Marks%/starts && sync %Marks%/starts''' StandardOutput=> Out StandardError=> Err ExitCode=> Code
WAIT (File.WaitForFile.Created File: $'''%Marks%/go''')
SET Answer TO $'''Done'''`;
