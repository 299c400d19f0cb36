import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { CookieJar } from './cookies.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  readonly followRedirects: boolean;
  readonly acceptUntrusted: boolean;
  readonly cookies: CookieJar;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly url: URL;
  /** `Name: value`, in the order they came. */
  readonly headers: readonly string[];
  readonly header: (name: string) => string | undefined;
  /** Unpacked, and cut by nobody: past the bound it fails. */
  readonly body: Readable;
}

export const REDIRECTS_MAX = 20;

/** One request with its redirects and cookies. The timeout is for each pause: to connect, and between two parts. */
export async function sendRequest(wanted: HttpRequest): Promise<HttpAnswer> {
  let current = wanted;
  for (let redirects = 0; ; redirects += 1) {
    const message = await sendOnce(current);
    current.cookies.store(current.url, message.headers['set-cookie'] ?? [], current.now());
    const next = wanted.followRedirects ? redirected(current, message) : undefined;
    if (next === undefined) return answerOf(current, message);
    message.resume();
    if (redirects >= REDIRECTS_MAX) throw new Error(`more than ${REDIRECTS_MAX} redirects`);
    current = next;
  }
}

function sendOnce(wanted: HttpRequest): Promise<IncomingMessage> {
  const { url, signal, timeoutMs } = wanted;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return Promise.reject(new Error(`the address must begin with http:// or https://, not ${url.protocol}`));
  }
  const cookie = wanted.cookies.headerFor(url, wanted.now());
  const headers = {
    ...wanted.headers,
    'Accept-Encoding': 'gzip, deflate, br',
    ...(cookie === '' ? {} : { Cookie: cookie }),
    ...(wanted.body === undefined ? {} : { 'Content-Length': String(wanted.body.length) }),
  };
  const options = { method: wanted.method, headers, signal, timeout: timeoutMs, agent: false as const };
  return new Promise((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, rejectUnauthorized: !wanted.acceptUntrusted }, resolve)
        : httpRequest(url, options, resolve);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs / 1_000} seconds`)));
    outgoing.on('error', reject);
    outgoing.end(wanted.body);
  });
}

function redirected(sent: HttpRequest, { statusCode = 0, headers }: IncomingMessage): HttpRequest | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return undefined;
  const url = new URL(headers.location, sent.url);
  const kept = sent.url.origin === url.origin ? sent.headers : withoutCredentials(sent.headers);
  const becomesGet = statusCode === 303 || (statusCode <= 302 && sent.method === 'POST');
  if (!becomesGet) return { ...sent, url, headers: kept };
  const { body: _body, ...bodiless } = sent;
  return { ...bodiless, url, headers: kept, method: sent.method === 'HEAD' ? 'HEAD' : 'GET' };
}

/** A password is for the server it was written for, not for the one that this server names. */
const withoutCredentials = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:authorization|cookie)$/i.test(name)));

function answerOf({ url }: HttpRequest, message: IncomingMessage): HttpAnswer {
  const headers: string[] = [];
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    headers.push(`${message.rawHeaders[at]}: ${message.rawHeaders[at + 1]}`);
  }
  const header = (name: string): string | undefined => {
    const value = message.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return { status: message.statusCode ?? 0, url, headers, header, body: unpacked(message, header('content-encoding')) };
}

function unpacked(message: IncomingMessage, encoding = ''): Readable {
  const unpacker = /gzip/i.test(encoding)
    ? createGunzip()
    : /deflate/i.test(encoding)
      ? createInflate()
      : /\bbr\b/i.test(encoding)
        ? createBrotliDecompress()
        : undefined;
  // The reader of the unpacked stream sees the failure; nobody else has to.
  return unpacker === undefined ? message : pipeline(message, unpacker, () => undefined);
}
