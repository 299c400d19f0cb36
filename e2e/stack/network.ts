import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Reserved for documentation, so it is nobody's. */
const SECOND_ADDRESS = '198.51.100.1';

/** A network of its own with a loopback and a second address; nothing of it leaves the kernel. Root only. */
export interface Network {
  readonly host: string;
  /** Before a command line: starts that program inside. */
  readonly prefix: readonly string[];
  /** Lets this process reach a port inside. */
  relay(folder: string, port: number): Promise<Relay>;
  remove(): void;
}

export interface Relay {
  /** `fetch` of a server inside that shows exactly this certificate. */
  fetch(fingerprint: () => string): typeof globalThis.fetch;
  /** What a client that speaks no TLS gets from there: a status, or the error of the connection. */
  plainAnswer(path: string): Promise<number | string>;
}

export function makeNetwork(): Network {
  const name = `dh${randomBytes(3).toString('hex')}`;
  const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'pipe' });
  ip('netns', 'add', name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  ip('-n', name, 'address', 'add', `${SECOND_ADDRESS}/32`, 'dev', 'lo');
  // Only the network is another one; `ip netns exec` would also hide the control groups that sessions need.
  const prefix = ['nsenter', `--net=/run/netns/${name}`];
  const relays: (() => void)[] = [];
  return {
    host: SECOND_ADDRESS,
    prefix,
    relay: async (folder, port) => {
      const path = join(folder, 'relay.sock');
      const program = fileURLToPath(new URL('./relay.ts', import.meta.url));
      const args = [...prefix.slice(1), process.execPath, program, path, SECOND_ADDRESS, String(port)];
      const child = spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      relays.push(() => child.kill());
      await once(child.stdout, 'data');
      return { fetch: (fingerprint) => fetchThrough(path, fingerprint), plainAnswer: (at) => plainAnswer(path, at) };
    },
    remove: () => {
      for (const end of relays) end();
      ip('netns', 'delete', name);
    },
  };
}

function fetchThrough(socketPath: string, fingerprint: () => string): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), host: url.host };
    // Checked by hand below, because the test trusts one certificate and no authority.
    const asked = tlsRequest({
      socketPath,
      path: `${url.pathname}${url.search}`,
      method: init?.method ?? 'GET',
      headers,
      agent: false,
      rejectUnauthorized: false,
    });
    asked.end(typeof init?.body === 'string' ? init.body : undefined);
    const [reply] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    const shown = (reply.socket as TLSSocket).getPeerCertificate().fingerprint256;
    if (shown !== fingerprint()) throw new Error(`The server shows the certificate ${shown}.`);
    const body = Buffer.concat(await reply.toArray());
    const pairs = Object.entries(reply.headersDistinct).flatMap(([key, values]) =>
      (values ?? []).map((value): [string, string] => [key, value]),
    );
    const status = reply.statusCode ?? 500;
    return new Response(status === 204 ? null : body, { status, headers: pairs });
  };
}

const plainAnswer = (socketPath: string, path: string): Promise<number | string> =>
  new Promise((resolve) => {
    const asked = plainRequest({ socketPath, path, agent: false }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
