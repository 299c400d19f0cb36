import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';

/**
 * The part of the X11 protocol that looking at a screen needs: connect with the cookie, ask, read the reply. Requests are
 * sent one at a time, which keeps sequence numbers out of the picture.
 */
export interface XDisplay {
  readonly root: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly redMask: number;
  readonly greenMask: number;
  readonly blueMask: number;
  readonly bitsPerPixel: number;
  /** Sends a request that has a reply; rejects with `XError` when the server refuses it. */
  ask(opcode: number, data: number, body: Buffer): Promise<Buffer>;
  /** Sends a request without a reply. */
  tell(opcode: number, data: number, body: Buffer): void;
  close(): void;
}

export class XError extends Error {}
export class NoDisplay extends Error {}

const CONNECT_TIMEOUT_MS = 2_000;
const REPLY = 1;
const ERROR = 0;
const EVENT_BYTES = 32;

/** MIT cookies for this display out of an Xauthority file: a local or "wild" entry with the right or no number. */
export function findCookie(file: Buffer, display: number): Buffer | undefined {
  let found: Buffer | undefined;
  for (let offset = 0; offset + 2 <= file.length; ) {
    const family = file.readUInt16BE(offset);
    offset += 2;
    const parts: Buffer[] = [];
    for (let part = 0; part < 4; part++) {
      if (offset + 2 > file.length) return found;
      const size = file.readUInt16BE(offset);
      parts.push(file.subarray(offset + 2, offset + 2 + size));
      offset += 2 + size;
    }
    const [, number, name, cookie] = parts;
    const local = family === 0xffff || family === 256;
    const numberMatches = number?.length === 0 || number?.toString() === String(display);
    if (local && numberMatches && name?.toString() === 'MIT-MAGIC-COOKIE-1') found ??= cookie;
  }
  return found;
}

export async function openDisplay(environment: NodeJS.ProcessEnv): Promise<XDisplay> {
  const match = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(environment['DISPLAY'] ?? '');
  if (!match) throw new NoDisplay('DISPLAY names no display of this machine');
  const number = Number(match[1]);
  const socket = await connect(number);
  const reader = new ByteReader(socket);
  const cookie = readCookie(environment['XAUTHORITY'] ?? `${environment['HOME'] ?? ''}/.Xauthority`, number);
  socket.write(setupRequest(cookie));
  const head = await reader.take(8);
  const setup = await reader.take(head.readUInt16LE(6) * 4);
  if (head[0] !== 1)
    throw new NoDisplay(`the display refuses this account: ${setup.toString('latin1', 0, head[1] ?? 0).trim()}`);
  return { ...parseSetup(setup), ...requests(socket, reader) };
}

function connect(number: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(`/tmp/.X11-unix/X${number}`);
    const late = setTimeout(() => socket.destroy(new NoDisplay('the display does not answer')), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => {
      clearTimeout(late);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(late);
      reject(new NoDisplay(error.message));
    });
  });
}

function readCookie(path: string, display: number): Buffer | undefined {
  try {
    return findCookie(readFileSync(path), display);
  } catch {
    return undefined;
  }
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

function setupRequest(cookie: Buffer | undefined): Buffer {
  const name = cookie === undefined ? Buffer.alloc(0) : Buffer.from('MIT-MAGIC-COOKIE-1');
  const data = cookie ?? Buffer.alloc(0);
  const head = Buffer.alloc(12);
  head.write('l', 0, 'latin1');
  head.writeUInt16LE(11, 2);
  head.writeUInt16LE(name.length, 6);
  head.writeUInt16LE(data.length, 8);
  return Buffer.concat([head, padded(name), padded(data)]);
}

function parseSetup(setup: Buffer) {
  const vendorBytes = setup.readUInt16LE(16);
  const formats = setup[21] ?? 0;
  const screen = 32 + vendorBytes + ((4 - (vendorBytes % 4)) % 4) + formats * 8;
  const depth = setup[screen + 38] ?? 24;
  const rootVisual = setup.readUInt32LE(screen + 32);
  const formatStart = screen - formats * 8;
  let bitsPerPixel = 32;
  for (let at = formatStart; at < screen; at += 8) if (setup[at] === depth) bitsPerPixel = setup[at + 1] ?? 32;
  return {
    root: setup.readUInt32LE(screen),
    width: setup.readUInt16LE(screen + 20),
    height: setup.readUInt16LE(screen + 22),
    depth,
    bitsPerPixel,
    ...visualMasks(setup, screen, rootVisual),
  };
}

function visualMasks(setup: Buffer, screen: number, rootVisual: number) {
  let at = screen + 40;
  for (let depths = setup[screen + 39] ?? 0; depths > 0; depths--) {
    const visuals = setup.readUInt16LE(at + 2);
    at += 8;
    for (let index = 0; index < visuals; index++, at += 24) {
      if (setup.readUInt32LE(at) !== rootVisual) continue;
      return {
        redMask: setup.readUInt32LE(at + 8),
        greenMask: setup.readUInt32LE(at + 12),
        blueMask: setup.readUInt32LE(at + 16),
      };
    }
  }
  return { redMask: 0xff0000, greenMask: 0xff00, blueMask: 0xff };
}

function requests(socket: Socket, reader: ByteReader): Pick<XDisplay, 'ask' | 'tell' | 'close'> {
  const send = (opcode: number, data: number, body: Buffer): void => {
    const head = Buffer.alloc(4);
    head[0] = opcode;
    head[1] = data;
    head.writeUInt16LE(1 + body.length / 4, 2);
    socket.write(Buffer.concat([head, body]));
  };
  return {
    tell: send,
    close: () => socket.destroy(),
    ask: async (opcode, data, body) => {
      send(opcode, data, body);
      for (;;) {
        const head = await reader.take(EVENT_BYTES);
        if (head[0] === ERROR) throw new XError(`X error ${head[1]} to request ${head[10]}`);
        // Anything else is an event; extension events with more bytes are never asked for.
        if (head[0] === REPLY) return Buffer.concat([head, await reader.take(head.readUInt32LE(4) * 4)]);
      }
    },
  };
}

/** Hands out exactly as many bytes as asked for, however they arrived. */
class ByteReader {
  private chunks: Buffer[] = [];
  private size = 0;
  private waiting: { bytes: number; resolve: (bytes: Buffer) => void; reject: (error: Error) => void } | undefined;
  private ended: Error | undefined;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.size += chunk.length;
      this.serve();
    });
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(new NoDisplay('the display closed the connection')));
  }

  take(bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.waiting = { bytes, resolve, reject };
      this.serve();
    });
  }

  private end(error: Error): void {
    this.ended ??= error;
    this.serve();
  }

  private serve(): void {
    const wanted = this.waiting;
    if (wanted === undefined) return;
    if (this.size >= wanted.bytes) {
      const all = this.chunks.length === 1 ? (this.chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.chunks);
      this.chunks = [all.subarray(wanted.bytes)];
      this.size -= wanted.bytes;
      this.waiting = undefined;
      wanted.resolve(all.subarray(0, wanted.bytes));
    } else if (this.ended !== undefined) {
      this.waiting = undefined;
      wanted.reject(this.ended);
    }
  }
}
