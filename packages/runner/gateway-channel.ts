import { createConnection, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { RunnerCommand, RunnerEvent, RunnerStart } from '@deskhand/protocol/runner.ts';

export const RECONNECT_FIRST_MS = 50;
export const RECONNECT_MAX_MS = 1_000;
/** Small events that may wait unsent; the log itself goes through the spool. */
const SOCKET_BUFFER_BYTES_MAX = 8_000_000;

/** The line to the gateway. It may break: the flow goes on, and whoever listens next is told what matters. */
export interface GatewayChannel {
  readonly send: (event: RunnerEvent) => boolean;
  /** Resolves when the gateway has been greeted for the first time. */
  readonly greeted: () => Promise<void>;
  readonly close: () => void;
}

export interface ChannelOptions {
  readonly start: RunnerStart;
  readonly channel: NonNullable<RunnerStart['channel']>;
  /** Said after every hello. */
  readonly greeting: () => readonly RunnerEvent[];
  readonly command: (command: RunnerCommand) => void;
}

export function openGatewayChannel(options: ChannelOptions): GatewayChannel {
  return new ReconnectingChannel(options);
}

class ReconnectingChannel implements GatewayChannel {
  readonly #options: ChannelOptions;
  #socket: Socket | undefined;
  #isClosed = false;
  readonly #firstGreeting = Promise.withResolvers<void>();
  #delayMs = RECONNECT_FIRST_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#connect();
  }

  send(event: RunnerEvent): boolean {
    const socket = this.#socket;
    if (socket === undefined || socket.writableLength > SOCKET_BUFFER_BYTES_MAX) return false;
    socket.write(`${JSON.stringify(event)}\n`);
    return true;
  }

  async greeted(): Promise<void> {
    await this.#firstGreeting.promise;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = createConnection(this.#options.channel.socketPath);
    // A flow that has ended must not be kept waiting by its line, and one that runs keeps itself.
    socket.unref();
    socket.on('connect', () => this.#greet(socket));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#reconnectLater(socket));
  }

  #greet(socket: Socket): void {
    const { start, channel, greeting, command } = this.#options;
    this.#socket = socket;
    this.#delayMs = RECONNECT_FIRST_MS;
    const { runId, attempt } = start;
    this.send({ type: 'hello', runId, attempt, secret: channel.secret, pid: process.pid });
    for (const event of greeting()) this.send(event);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) obeyLine(line, command);
    });
    this.#firstGreeting.resolve();
  }

  #reconnectLater(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#connect(), this.#delayMs).unref();
    this.#delayMs = Math.min(this.#delayMs * 2, RECONNECT_MAX_MS);
  }
}

const commandTypes = new Set(['welcome', 'cancel', 'screenshotTaken', 'resultTaken']);

function obeyLine(line: string, command: ChannelOptions['command']): void {
  const parsed = parseCommand(line);
  if (parsed !== undefined) command(parsed);
}

/** The gateway is trusted; a line that a newer one might say is passed over. */
function parseCommand(line: string): RunnerCommand | undefined {
  try {
    const value = JSON.parse(line) as RunnerCommand;
    return commandTypes.has(value.type) ? value : undefined;
  } catch {
    return undefined;
  }
}
