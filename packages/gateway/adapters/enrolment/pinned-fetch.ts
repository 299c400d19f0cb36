import { request } from 'node:https';
import { connectPinned } from '../../tls/pinned-socket.ts';

const REPLY_WAIT_MS = 30_000;
const REPLY_BYTES_MAX = 1_000_000;

/** `fetch` to exactly the server whose certificate was given; only as much of it as enrolment needs. */
export function pinnedFetch(fingerprint: string): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = await connectPinned({ host, port: Number(url.port || 443), fingerprint });
    const headers = Object.fromEntries(new Headers(init?.headers));
    return await new Promise<Response>((resolve, reject) => {
      const asked = request(url, {
        method: init?.method ?? 'GET',
        headers: { ...headers, connection: 'close' },
        createConnection: () => socket,
        timeout: REPLY_WAIT_MS,
      });
      asked.on('timeout', () => asked.destroy(new Error('The server does not answer.')));
      asked.on('error', reject);
      asked.on('response', (reply) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        reply.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > REPLY_BYTES_MAX) asked.destroy(new Error('The server’s answer is too large.'));
        });
        reply.on('error', reject);
        reply.on('end', () => resolve(new Response(Buffer.concat(chunks), { status: reply.statusCode ?? 500 })));
      });
      asked.end(typeof init?.body === 'string' ? init.body : undefined);
    });
  };
}
