import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ActionErrorCode } from '@deskhand/robin';
import { failure } from '../declare/errors.ts';
import { fileErrors } from './errors.ts';
import { isFolder } from './find-files.ts';

/** Below this a file is read at once: waiting for a turn of the loop would take longer. */
const READ_AT_ONCE_MAX_BYTES = 1024 * 1024;
/** A text in memory takes twice this; more is no work for a flow's variable. */
export const FILE_READ_MAX_BYTES = 256 * 1024 * 1024;

/** Hands a file's bytes on, now when it is small, else later. */
export function withBytes<T>(
  path: string,
  error: ActionErrorCode,
  use: (bytes: Uint8Array) => T,
  signal: AbortSignal,
): T | Promise<T> {
  const size = sizeOf(path);
  if (size > FILE_READ_MAX_BYTES) {
    throw failure(
      error,
      `${path} is larger than ${FILE_READ_MAX_BYTES / 1024 / 1024} MB, which is the most that is read.`,
    );
  }
  const failed = (cause: unknown): never => {
    throw failure(error, `${path} could not be read.`, cause);
  };
  if (size > READ_AT_ONCE_MAX_BYTES) return readFile(path, { signal }).catch(failed).then(use);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    return failed(cause);
  }
  return use(bytes);
}

function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return stats.size;
  if (!isFolder(dirname(path))) {
    throw failure(fileErrors.DirectoryNotFoundError, `The folder ${dirname(path)} does not exist.`);
  }
  throw failure(fileErrors.FileNotFoundError, `The file ${path} does not exist.`);
}
