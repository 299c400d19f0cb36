import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type ActionCall,
  type ActionErrorCode,
  type ArgumentDefinition,
  type DatatableValue,
  type RobinValue,
  toText,
} from '@deskhand/robin';
import { boolean, choice, integer, text } from '../declare/arguments.ts';
import { failure } from '../declare/errors.ts';
import { readBoolean, readChoice, readNumber, readSecret, readTable, readText } from '../declare/read-argument.ts';
import { codePageMembers } from '../encoding/code-pages.ts';
import { isFile } from '../file/find-files.ts';
import { cookiesOf } from './cookies.ts';
import { webErrors } from './errors.ts';
import type { HttpRequest } from './http-request.ts';

/** The browser that Power Automate says it is when a flow says nothing else. */
const USER_AGENT = 'Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.21) Gecko/20100312 Firefox/3.6';

export const commonArguments: Readonly<Record<string, ArgumentDefinition>> = {
  ConnectionTimeout: integer({ default: 30, summary: 'Seconds without a sign of the server.' }),
  FollowRedirection: boolean({ default: true }),
  ClearCookies: boolean({ default: false }),
  UserAgent: text({ default: USER_AGENT }),
  Encoding: choice('Web.Encoding', ['AutoDetect', ...codePageMembers]),
  AcceptUntrustedCertificates: boolean({ default: false }),
};

export interface Sending {
  readonly method: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly userName?: string;
}

export function requestFrom(call: ActionCall, sending: Sending, error: ActionErrorCode): HttpRequest {
  const { context } = call;
  const cookies = cookiesOf(context);
  if (readBoolean(call, 'ClearCookies')) cookies.clear();
  const browser = readText(call, 'UserAgent');
  return {
    method: sending.method.toUpperCase(),
    url: addressOf(sending.address, error),
    headers: {
      ...(browser === '' ? {} : { 'User-Agent': browser }),
      ...sending.headers,
      ...authorization(call, sending.userName),
    },
    ...(sending.body === undefined ? {} : { body: sending.body }),
    timeoutMs: Math.max(readNumber(call, 'ConnectionTimeout'), 1) * 1_000,
    followRedirects: readBoolean(call, 'FollowRedirection'),
    acceptUntrusted: readBoolean(call, 'AcceptUntrustedCertificates'),
    cookies,
    now: () => context.now().getTime(),
    signal: context.signal,
  };
}

function addressOf(written: string, error: ActionErrorCode): URL {
  const trimmed = written.trim();
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `http://${trimmed}`);
  } catch {
    // What stands before an @ may be a password.
    throw failure(error, `'${trimmed.replace(/[^/]*@/, '')}' is no address.`);
  }
}

function authorization(call: ActionCall, userName: string | undefined): Readonly<Record<string, string>> {
  if (userName === undefined) return {};
  const pair = Buffer.from(`${userName}:${readSecret(call, 'Password')}`).toString('base64');
  return { Authorization: `Basic ${pair}` };
}

/** `Name: value` on lines of their own. */
export function customHeaders(written: string): Readonly<Record<string, string>> {
  const lines = written.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*([\t\x20-\x7e\x80-\uffff]*)$/.exec(line);
      if (match?.[1] !== undefined)
        return [
          match[1],
          Buffer.from(match[2] ?? '')
            .toString('latin1')
            .trim(),
        ];
      // The value may be a password; only the name is told.
      throw failure(
        webErrors.InvalidHeaderInCustomHeadersError,
        `'${line.split(':')[0]?.trim()}' does not begin a header of the form Name: value.`,
      );
    }),
  );
}

/** Rows of name and value, as forms send them. */
export function formBody(table: DatatableValue): Uint8Array {
  const pairs = table.rows.map((row) =>
    row
      .slice(0, 2)
      .map((cell) => formPart(toText(cell)))
      .join('='),
  );
  return Buffer.from(pairs.join('&'));
}

const formPart = (written: string): string => encodeURIComponent(written).replaceAll('%20', '+');

/**
 * Ours, unproven in Power Automate: encoding is for forms only. Other bodies, JSON and XML above all, go out as they are
 * written, because encoded they would be of use to nobody.
 */
export function bodyText(call: ActionCall, contentType: string): string {
  const written = readText(call, 'RequestBody');
  const trimmed = readBoolean(call, 'TrimRequestBody') ? written.trim() : written;
  const isForm = /^application\/x-www-form-urlencoded/i.test(contentType);
  if (!isForm || call.arguments['EncodeRequestBody'] !== true) return trimmed;
  return trimmed
    .split('&')
    .map((pair) => pair.split('=').map(formPart).join('='))
    .join('&');
}

export interface Multipart {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Ours, unproven in Power Automate: a row is a field's name and a path (or bytes), with a content type if wanted. */
export function multipart(call: ActionCall, error: ActionErrorCode): Multipart {
  const boundary = `----deskhand${randomUUID()}`;
  const isPath = readChoice(call, 'UploadType') === 'FilePath';
  const parts = readTable(call, 'Attachments').rows.flatMap((row) => {
    const [field, content] = row.length > 1 ? [toText(row[0] ?? ''), row[1] ?? ''] : ['file', row[0] ?? ''];
    const part = isPath ? filePart(call, content, error) : bytesPart(content, field, error);
    const type = row.length > 2 ? toText(row[2] ?? '') : 'application/octet-stream';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(field)}"; filename="${quotable(part.name)}"\r\nContent-Type: ${oneLine(type)}\r\n\r\n`;
    return [Buffer.from(head), part.bytes, Buffer.from('\r\n')];
  });
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

function filePart(call: ActionCall, content: RobinValue, error: ActionErrorCode) {
  const isKnown = typeof content === 'object' && content.kind === 'file';
  const path = isKnown ? content.path : call.context.resolvePath(toText(content));
  if (!isFile(path)) throw failure(error, `The file ${path} does not exist.`);
  return { name: basename(path), bytes: readFileSync(path) };
}

function bytesPart(content: RobinValue, name: string, error: ActionErrorCode) {
  if (typeof content === 'object' && content.kind === 'binary') return { name, bytes: content.bytes };
  throw failure(error, `The attachment ${name} holds no binary data.`);
}

const oneLine = (written: string): string => written.replaceAll(/[\r\n]/g, ' ');
const quotable = (written: string): string => oneLine(written).replaceAll('"', '%22');
