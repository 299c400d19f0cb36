import { fsyncSync, writeSync } from 'node:fs';
import { limits } from '@deskhand/protocol/limits.ts';

/** Always left for the result, whatever the log has taken. */
const SPOOL_BYTES_FOR_LOG = limits.SPOOL_BYTES_MAX - 2 * limits.RUNNER_MESSAGE_BYTES_MAX;

/** The file that outlives the runner, behind an inherited descriptor that only appends. */
export interface Spool {
  /** False when it found no room; then nothing of it counts. */
  readonly append: (line: string) => boolean;
  /** On disk when it returns true. */
  readonly appendForSure: (line: string) => boolean;
}

export function openSpool(descriptor: number): Spool {
  let bytes = 0;
  let isTorn = false;
  const write = (line: string): boolean => {
    try {
      // A line that a full disk tore is closed first, so that it spoils no other.
      writeWhole(descriptor, Buffer.from(isTorn ? `\n${line}` : line));
      isTorn = false;
      return true;
    } catch {
      isTorn = true;
      return false;
    }
  };
  return {
    append: (line) => {
      if (bytes + line.length > SPOOL_BYTES_FOR_LOG || !write(line)) return false;
      bytes += Buffer.byteLength(line);
      return true;
    },
    appendForSure: (line) => {
      if (!write(line)) return false;
      fsyncSync(descriptor);
      return true;
    },
  };
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}
