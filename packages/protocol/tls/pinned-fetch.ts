import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { problem } from '../errors.ts';
import { ApiError } from '../http/client.ts';
import { CertificateMismatch, connectPinned } from './pinned-socket.ts';

/** To the first byte of an answer. */
const REPLY_WAIT_MS = 30_000;

/** `fetch` to exactly the server whose certificate was given; a connection of its own for each request. */
export function pinnedFetch(fingerprint: string): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'https:') throw new ApiError(problem('certificate-unknown', { url: url.origin }));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const signal = init?.signal ?? undefined;
    const target = { host, port: Number(url.port || 443), fingerprint, ...(signal ? { signal } : {}) };
    const socket = await connectPinned(target).catch((error: unknown) => {
      throw error instanceof CertificateMismatch ? new ApiError(problem('certificate-mismatch')) : error;
    });
    return await new Promise<Response>((resolve, reject) => {
      const asked = request(url, {
        method: init?.method ?? 'GET',
        headers: { ...Object.fromEntries(new Headers(init?.headers)), connection: 'close' },
        createConnection: () => socket,
        ...(signal ? { signal } : {}),
      });
      const late = setTimeout(() => asked.destroy(new Error('The server does not answer.')), REPLY_WAIT_MS);
      asked.on('error', reject);
      asked.on('close', () => clearTimeout(late));
      asked.on('response', (reply) => {
        clearTimeout(late);
        resolve(responseOf(reply));
      });
      asked.end(typeof init?.body === 'string' ? init.body : undefined);
    });
  };
}

/** Its body arrives piece by piece, because a log that is followed has no end. */
function responseOf(reply: IncomingMessage): Response {
  const status = reply.statusCode ?? 500;
  const headers = Object.entries(reply.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  const isEmpty = status === 204 || status === 304;
  if (isEmpty) reply.resume();
  return new Response(isEmpty ? null : (Readable.toWeb(reply) as ReadableStream<Uint8Array>), { status, headers });
}
