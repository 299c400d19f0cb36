import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codePage, encodingByLabel } from '../encoding/code-pages.ts';
import { decodeText, fileEncoding, type TextEncoding } from '../encoding/text-encoding.ts';
import type { HttpAnswer } from './http-request.ts';

/** A text in memory takes twice this. */
export const RESPONSE_TEXT_MAX_BYTES = 100 * 1024 * 1024;
export const RESPONSE_FILE_MAX_BYTES = 10 * 1024 * 1024 * 1024;

/** The answer as text: in the encoding that was asked for, else in its own, else in UTF-8. */
export async function readAnswer(answer: HttpAnswer, asked: TextEncoding | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > RESPONSE_TEXT_MAX_BYTES) {
      answer.body.destroy();
      throw new Error(`the answer is larger than ${RESPONSE_TEXT_MAX_BYTES / 1024 / 1024} MB; save it to a file`);
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return decodeText(bytes, asked ?? ownEncoding(answer, bytes) ?? fileEncoding('UTF8NoBOM'));
}

function ownEncoding(answer: HttpAnswer, bytes: Buffer): TextEncoding | undefined {
  const declared = /charset\s*=\s*"?([\w:.-]+)/i;
  const start = bytes.subarray(0, 1_024).toString('latin1');
  const label =
    declared.exec(answer.header('content-type') ?? '')?.[1] ??
    /<meta[^>]+charset\s*=\s*["']?([\w:.-]+)/i.exec(start)?.[1];
  return label === undefined ? undefined : encodingByLabel(label);
}

export const encodingOf = (member: string): TextEncoding | 'unknown' | undefined =>
  member === 'AutoDetect' ? undefined : (codePage(member) ?? 'unknown');

/** Into a file that gets its name only when it is whole. */
export async function saveAnswer(answer: HttpAnswer, path: string, signal: AbortSignal): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await pipeline(answer.body, bounded(), createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause;
  }
}

function bounded(): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > RESPONSE_FILE_MAX_BYTES) done(new Error(`the answer is larger than ${RESPONSE_FILE_MAX_BYTES} bytes`));
      else done(null, chunk);
    },
  });
}

/** The name the server gives, or the last part of the address; never a path. */
export function fileNameOf(answer: HttpAnswer): string {
  const disposition = answer.header('content-disposition') ?? '';
  const encoded = /filename\*\s*=\s*(?:utf-8|iso-8859-1)''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition);
  const written = decoded(encoded ?? '') || (plain?.[1] ?? plain?.[2] ?? '').trim() || decoded(answer.url.pathname);
  const name = basename(written.replaceAll('\\', '/')).replaceAll(/[\0-\x1f/]/g, '');
  return name === '' || name === '.' || name === '..' ? 'download' : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
