import { limits } from '@deskhand/protocol/limits.ts';
import { LINK_PATH } from '@deskhand/protocol/link/messages.ts';
import { connectPinned } from '@deskhand/protocol/tls/pinned-socket.ts';
import { WebSocket } from 'ws';
import { LINK_HANDSHAKE_WAIT_MS } from './link-session.ts';
import type { Dial } from './link-wire.ts';

export interface ServerPlace {
  /** `https://server:4680`; the link goes to the same place. */
  readonly serverUrl: string;
  /** SHA-256 of the server's certificate, pinned at enrolment; null trusts the authorities of the machine. */
  readonly fingerprint: string | null;
}

/** Wires over WebSocket. */
export function dialServer(place: ServerPlace): Dial {
  return async (listener, signal) => {
    const url = new URL(LINK_PATH, place.serverUrl.replace(/^http/, 'ws'));
    const tls = await pinnedConnection(url, place.fingerprint, signal);
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: limits.LINK_MESSAGE_BYTES_MAX,
      handshakeTimeout: LINK_HANDSHAKE_WAIT_MS,
      followRedirects: false,
      ...(tls ? { createConnection: () => tls } : {}),
    });
    socket.on('message', (data, isBinary) => listener.text(isBinary ? '' : String(data)));
    socket.on('pong', listener.heard);
    socket.on('ping', listener.heard);
    socket.on('error', listener.failed);
    socket.on('close', (code) => listener.closed(code));
    return {
      send: (text, taken) => socket.send(text, taken),
      bytesWaiting: () => socket.bufferedAmount,
      ping: () => {
        if (socket.readyState === WebSocket.OPEN) socket.ping();
      },
      cut: () => {
        if (socket.readyState !== WebSocket.CLOSED) socket.terminate();
      },
    };
  };
}

export async function pinnedConnection(url: URL, fingerprint: string | null, signal: AbortSignal) {
  if (url.protocol !== 'wss:' || fingerprint === null) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return await connectPinned({ host, port: Number(url.port || 443), fingerprint, signal });
}
