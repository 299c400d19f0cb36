import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statfsSync,
} from 'node:fs';
import { writeAll, writeWholeFile } from './whole-file.ts';

/** The file operations on which the gateway's promises rest: what is synced outlives a crash, the rest may not. */
export interface Disk {
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => Buffer;
  /** For reading and writing; `create` makes a file that only this account can read, and refuses one that is there. */
  readonly open: (path: string, how: 'existing' | 'create') => number;
  readonly sizeBytes: (descriptor: number) => number;
  readonly write: (descriptor: number, bytes: Uint8Array, position: number) => void;
  readonly truncate: (descriptor: number, toBytes: number) => void;
  readonly sync: (descriptor: number) => void;
  readonly close: (descriptor: number) => void;
  /** The new content is on disk, whole, when it returns; a crash leaves the old or the new. */
  readonly replace: (path: string, text: string) => void;
  readonly freeBytes: (folder: string) => number;
}

export const systemDisk: Disk = {
  exists: existsSync,
  read: (path) => readFileSync(path),
  open: (path, how) => openSync(path, how === 'create' ? 'wx+' : 'r+', 0o600),
  sizeBytes: (descriptor) => fstatSync(descriptor).size,
  write: writeAll,
  truncate: ftruncateSync,
  sync: fsyncSync,
  close: closeSync,
  replace: writeWholeFile,
  freeBytes: (folder) => {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      // A folder that cannot be looked at has room for nothing.
      return 0;
    }
  },
};
