import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { limits } from '@deskhand/protocol/limits.ts';
import { cannot } from '../../terminal/errors.ts';

/** The text of a flow from a file, or from standard input for `-`. Any bytes are read; the language says what is wrong. */
export function readScript(file: string): string {
  const bytes = readFileSync(file === '-' ? 0 : file);
  if (bytes.length > limits.SCRIPT_BYTES_MAX)
    throw cannot(
      `${file} is too large for a flow.`,
      `it has ${bytes.length} bytes, the limit is ${limits.SCRIPT_BYTES_MAX}`,
      'split it into several flows',
      'too-large',
    );
  return decode(bytes);
}

/** Scripts are saved as UTF-8, or as UTF-16 by Windows editors; a byte order mark says which. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

export const nameOfFile = (file: string): string =>
  file === '-' ? 'flow' : basename(file).replace(/\.(robin|txt)$/i, '');
