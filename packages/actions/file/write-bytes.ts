import { statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ActionErrorCode, ActionResult } from '@deskhand/robin';
import { failure } from '../declare/errors.ts';
import { encodeText, type TextEncoding } from '../encoding/text-encoding.ts';
import { fileErrors } from './errors.ts';
import { isFolder } from './find-files.ts';

const WRITE_AT_ONCE_MAX_BYTES = 1024 * 1024;

export interface TextWriting {
  readonly path: string;
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly append: boolean;
}

/** The byte order mark goes to the start of a file only, never into its middle. */
export function writeText({ path, text, encoding, append }: TextWriting, error: ActionErrorCode, signal: AbortSignal) {
  const size = append ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0;
  return writeBytes(path, encodeText(text, encoding, size === 0), { append, error, signal });
}

export function writeBytes(
  path: string,
  bytes: Uint8Array,
  { append, error, signal }: { append: boolean; error: ActionErrorCode; signal: AbortSignal },
): ActionResult | Promise<ActionResult> {
  if (!isFolder(dirname(path))) {
    throw failure(fileErrors.InvalidDirectoryOfFileError, `The folder ${dirname(path)} does not exist.`);
  }
  const flag = append ? 'a' : 'w';
  const failed = (cause: unknown): never => {
    throw failure(error, `${path} could not be written.`, cause);
  };
  if (bytes.length > WRITE_AT_ONCE_MAX_BYTES) {
    return writeFile(path, bytes, { flag, signal }).then(() => ({}), failed);
  }
  try {
    writeFileSync(path, bytes, { flag });
  } catch (cause) {
    return failed(cause);
  }
  return {};
}
