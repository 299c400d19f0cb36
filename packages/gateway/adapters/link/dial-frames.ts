import { limits } from '@deskhand/protocol/limits.ts';
import {
  FRAME_IS_SAME,
  FRAME_WANTED,
  framesAddress,
  framesRefusals,
  RUN_IS_OVER,
} from '@deskhand/protocol/live-view.ts';
import { pause, systemTimers } from '@deskhand/protocol/timers.ts';
import { WebSocket } from 'ws';
import type { FrameEars, FrameLine, FrameLines, FrameWatch } from '../../ports/frame-lines.ts';
import { pinnedConnection, type ServerPlace } from './dial-server.ts';

/**
 * A balancer gives each new connection to some server, and people watch at one of them: with so many tries even the last of
 * several is found.
 */
const TRIES_MAX = 24;
const ELSEWHERE_PAUSE_MS = 50;
const FAILED_PAUSE_MS = 1_000;
const DIAL_WAIT_MS = 10_000;

type DialEnd = keyof typeof framesRefusals | 'failed' | 'closed';

/** Frames over a WebSocket for each watch, beside the link, whose messages never wait for a picture. */
export function dialFrames(place: ServerPlace): FrameLines {
  return {
    open: (watch, ears) => {
      const line = new DialledLine(place, watch, ears);
      void line.run();
      return line;
    },
  };
}

class DialledLine implements FrameLine {
  readonly #place: ServerPlace;
  readonly #watch: FrameWatch;
  readonly #ears: FrameEars;
  readonly #stopping = new AbortController();
  #socket: WebSocket | undefined;

  constructor(place: ServerPlace, watch: FrameWatch, ears: FrameEars) {
    this.#place = place;
    this.#watch = watch;
    this.#ears = ears;
  }

  send(png: Uint8Array): void {
    this.#write(png);
  }

  same(): void {
    this.#write(FRAME_IS_SAME);
  }

  close(because: 'run-over' | 'not-watched'): void {
    this.#stopping.abort();
    this.#socket?.close(because === 'run-over' ? RUN_IS_OVER : 1000);
  }

  /** Tries until the server is reached at which people watch; a line that broke off is opened anew. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let tries = 0; tries < TRIES_MAX && !signal.aborted; tries += 1) {
      const end = await this.#dial().catch((): DialEnd => 'failed');
      if (end === 'over' || end === 'closed') break;
      await pause(systemTimers, end === 'elsewhere' ? ELSEWHERE_PAUSE_MS : FAILED_PAUSE_MS, signal);
    }
    this.#ears.closed();
  }

  async #dial(): Promise<DialEnd> {
    const url = new URL(framesAddress(this.#watch), this.#place.serverUrl.replace(/^http/, 'ws'));
    const tls = await pinnedConnection(url, this.#place.fingerprint, this.#stopping.signal);
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${this.#watch.ticket}` },
      perMessageDeflate: false,
      maxPayload: limits.FRAME_BYTES_MAX,
      handshakeTimeout: DIAL_WAIT_MS,
      followRedirects: false,
      ...(tls ? { createConnection: () => tls } : {}),
    });
    this.#socket = socket;
    return await this.#untilEnd(socket);
  }

  async #untilEnd(socket: WebSocket): Promise<DialEnd> {
    const { promise, resolve } = Promise.withResolvers<DialEnd>();
    socket.on('message', (data) => {
      if (String(data) === FRAME_WANTED) this.#ears.next();
    });
    socket.on('unexpected-response', (request, response) => {
      resolve(refusalOf(response.statusCode));
      request.destroy();
    });
    socket.on('error', () => resolve('failed'));
    // The server ends a watch in words; anything else is a line that broke.
    socket.on('close', (code) => resolve(code === 1000 || this.#stopping.signal.aborted ? 'closed' : 'failed'));
    return await promise;
  }

  #write(data: Uint8Array | string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
  }
}

function refusalOf(status: number | undefined): DialEnd {
  if (status === framesRefusals.elsewhere) return 'elsewhere';
  return status === framesRefusals.over ? 'over' : 'failed';
}
