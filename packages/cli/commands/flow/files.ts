import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { limits } from '@deskhand/protocol/limits.ts';
import type { Diagnostic } from '@deskhand/robin';
import { cannot } from '../../terminal/errors.ts';

export interface ScriptFile {
  readonly text: string;
  /** Where the file holds bytes that are no text; what they were is lost. */
  readonly damage: Diagnostic | undefined;
}

/** The text of a flow from a file, or from standard input for `-`, whatever bytes it holds. */
export function openScript(file: string): ScriptFile {
  const bytes = readAtMost(file, limits.SCRIPT_BYTES_MAX);
  if (bytes === undefined)
    throw cannot(
      `${file} is too large for a flow.`,
      `it has more than ${limits.SCRIPT_BYTES_MAX} bytes`,
      'split it into several flows',
      'too-large',
    );
  return decode(bytes);
}

/** The same for those who do something with the flow: a damaged one is refused. */
export function readScript(file: string): string {
  const { text, damage } = openScript(file);
  if (damage === undefined) return text;
  const { line, column, message, code } = damage;
  throw cannot(`${file} cannot be read.`, `line ${line}, column ${column}: ${message}`, 'save it as UTF-8', code);
}

const CHUNK_BYTES = 256 * 1024;

/** Reads no further than the limit, because a device or a pipe may never end; undefined when there is more. */
function readAtMost(file: string, limitBytes: number): Buffer | undefined {
  const descriptor = file === '-' ? 0 : openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; total <= limitBytes; ) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return undefined;
  } finally {
    if (file !== '-') closeSync(descriptor);
  }
}

/** Scripts are saved as UTF-8, or as UTF-16 by Windows editors; a byte order mark says which. */
function decode(bytes: Buffer): ScriptFile {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return { text: new TextDecoder('utf-16le').decode(bytes), damage: undefined };
  if (mark === 'feff') return { text: new TextDecoder('utf-16be').decode(bytes), damage: undefined };
  const text = bytes.toString('utf8');
  return { text: text.startsWith('\ufeff') ? text.slice(1) : text, damage: damageIn(bytes, text) };
}

function damageIn(bytes: Buffer, text: string): Diagnostic | undefined {
  const again = Buffer.from(text);
  if (again.equals(bytes)) return undefined;
  const at = again.findIndex((byte, index) => byte !== bytes[index]);
  const before = bytes.subarray(0, at).toString('utf8').split('\n');
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0');
  return {
    severity: 'error',
    code: 'not-utf8',
    message: `The byte 0x${byte} is no text in UTF-8. Save the file as UTF-8.`,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  };
}

export const nameOfFile = (file: string): string =>
  file === '-' ? 'flow' : basename(file).replace(/\.(robin|txt)$/i, '');
