import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Spools } from '../../ports/runner-channels.ts';
import { openSpoolReader, readSpoolTail } from './spool-reader.ts';

/**
 * Spool files lie in the gateway's own folder, where no user's process can name them. The runner gets one descriptor,
 * for appending only.
 */
export function openSpools(folder: string): Spools {
  return {
    create: () => {
      const path = join(folder, `${randomBytes(8).toString('hex')}.jsonl`);
      const descriptor = openSync(path, 'ax', 0o600);
      return { path, descriptor, release: () => closeSync(descriptor) };
    },
    open: (path) => (existsSync(path) ? openSpoolReader(path) : undefined),
    sizeBytes: (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    tail: readSpoolTail,
    remove: (path) => rmSync(path, { force: true }),
    removeAllBut: (paths) => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        if (!paths.has(path)) rmSync(path, { force: true });
      }
    },
  };
}
