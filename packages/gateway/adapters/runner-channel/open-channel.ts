import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { limits } from '@deskhand/protocol/limits.ts';
import type { RunnerCommand } from '@deskhand/protocol/runner.ts';
import type { GatewayLog } from '../../ports/machine.ts';
import type { ChannelRequest, RunnerChannel, RunnerChannels } from '../../ports/runner-channels.ts';
import { createLineReader } from './line-reader.ts';
import { peerCredentials } from './peer-credentials.ts';
import { parseToldLine, type ToldEvent } from './runner-event.ts';

/** One that knocks must say its hello within this. */
export const CHANNEL_HELLO_WAIT_MS = 5_000;
/** More than a runner and its successor at once is somebody else. */
export const CHANNEL_CONNECTIONS_MAX = 4;
/** The kernel cuts longer addresses of sockets off. */
const SOCKET_PATH_BYTES_MAX = 107;
/** Commands are few and small; a runner that does not read them is not waited for. */
const COMMAND_BUFFER_BYTES_MAX = 64 * 1024;

/** Sockets lie in `<folder>/<random>/runner.sock`; users can pass the folders, and connect only to their own socket. */
export function openRunnerChannels(folder: string, log: GatewayLog): RunnerChannels {
  return {
    newPlace: () => {
      const secret = randomBytes(32).toString('base64url');
      const path = join(folder, randomBytes(6).toString('hex'), 'runner.sock');
      if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) throw new Error(`The socket path ${path} is too long.`);
      return { path, secret, secretHash: hashOfSecret(secret) };
    },
    open: async (request) => await openChannel(request, log),
  };
}

export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

async function openChannel(request: ChannelRequest, log: GatewayLog): Promise<RunnerChannel> {
  const folder = dirname(request.path);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  chmodSync(folder, 0o711);
  rmSync(request.path, { force: true });
  const channel = new SocketChannel(request, log);
  await channel.listen();
  chmodSync(request.path, 0o600);
  if (process.getuid?.() === 0) chownSync(request.path, request.uid, request.gid);
  return channel;
}

class SocketChannel implements RunnerChannel {
  readonly #request: ChannelRequest;
  readonly #log: GatewayLog;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #runner: Socket | undefined;

  constructor(request: ChannelRequest, log: GatewayLog) {
    this.#request = request;
    this.#log = log;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CHANNEL_CONNECTIONS_MAX;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#request.path, resolve);
    });
  }

  send(command: RunnerCommand): boolean {
    const socket = this.#runner;
    if (socket === undefined || socket.writableLength > COMMAND_BUFFER_BYTES_MAX) return false;
    socket.write(`${JSON.stringify(command)}\n`);
    return true;
  }

  async close(): Promise<void> {
    // What was just said, such as that the result is taken, still leaves before the end.
    for (const socket of this.#sockets) socket.destroySoon();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(dirname(this.#request.path), { recursive: true, force: true });
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const peer = peerCredentials(socket);
    if (peer?.uid !== this.#request.uid) {
      this.#refuse(socket, 'another account');
      return;
    }
    this.#sockets.add(socket);
    const patience = setTimeout(() => this.#refuse(socket, 'no hello'), CHANNEL_HELLO_WAIT_MS);
    socket.once('close', () => {
      clearTimeout(patience);
      this.#sockets.delete(socket);
      if (this.#runner === socket) this.#runner = undefined;
    });
    const read = createLineReader({
      lineBytesMax: limits.RUNNER_MESSAGE_BYTES_MAX,
      tooLong: () => this.#refuse(socket, `a line above ${limits.RUNNER_MESSAGE_BYTES_MAX} bytes`),
      line: (line) => {
        if (socket.destroyed) return;
        const event = parseToldLine(line);
        if (event === undefined) this.#refuse(socket, 'a line that is not a runner event');
        else if (this.#runner === socket) this.#hear(event);
        else if (this.#welcome(socket, event, peer.pid)) clearTimeout(patience);
      },
    });
    socket.on('data', read);
  }

  #hear(event: ToldEvent): void {
    if (event.type !== 'hello') this.#request.on.event(event);
  }

  #welcome(socket: Socket, event: ToldEvent, pid: number): boolean {
    if (event.type !== 'hello' || !this.#isOurs(event)) {
      this.#refuse(socket, 'a wrong hello');
      return false;
    }
    this.#runner?.destroy();
    this.#runner = socket;
    this.#request.on.hello({ pid });
    return true;
  }

  #isOurs(hello: Extract<ToldEvent, { type: 'hello' }>): boolean {
    const { runId, attempt, secretHash } = this.#request;
    const given = Buffer.from(hashOfSecret(hello.secret));
    const wanted = Buffer.from(secretHash);
    return hello.runId === runId && hello.attempt === attempt && timingSafeEqual(given, wanted);
  }

  #refuse(socket: Socket, because: string): void {
    const { runId, attempt } = this.#request;
    this.#log.warn({ runId, attempt, because }, 'closed a connection to a runner channel');
    socket.destroy();
  }
}
