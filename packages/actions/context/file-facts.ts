import { accessSync, constants, readdirSync, type Stats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { datetimeFromDate, type FileFacts } from '@deskhand/robin';

export const fileFactsIn =
  (timeZone: string) =>
  (path: string): FileFacts | undefined => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { exists: false };
    const wallMs = (moment: Date): number => datetimeFromDate(moment, timeZone).wallMs;
    return {
      exists: true,
      sizeBytes: stats.size,
      createdWallMs: wallMs(stats.birthtime),
      accessedWallMs: wallMs(stats.atime),
      modifiedWallMs: wallMs(stats.mtime),
      isHidden: basename(path).startsWith('.'),
      isReadOnly: !isWritable(path),
      ...counts(path, stats),
    };
  };

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function counts(path: string, stats: Stats): Pick<FileFacts, 'filesCount' | 'foldersCount'> {
  if (!stats.isDirectory()) return {};
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    const foldersCount = entries.filter((entry) => entry.isDirectory()).length;
    return { foldersCount, filesCount: entries.length - foldersCount };
  } catch {
    // A folder that may not be listed still exists; what it holds stays unknown.
    return {};
  }
}
