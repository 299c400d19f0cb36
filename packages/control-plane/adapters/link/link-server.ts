import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { LINK_PATH } from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { FRAMES_PATH } from '@deskhand/protocol/live-view.ts';
import { WebSocketServer } from 'ws';
import type { EndableLinks } from '../../ports/gateway-links.ts';
import type { LinkUseCases } from '../../use-cases/link/create-link-use-cases.ts';
import type { TakeFrames } from './frames-server.ts';
import { createServedLinks, type ServedLinksParts } from './served-links.ts';
import { socketWire } from './socket-wire.ts';

export interface LinkServer extends EndableLinks {
  /** Takes the upgrades to LINK_PATH of a server, and those with frames; every other upgrade is refused. */
  attach(server: Server, link: LinkUseCases, takeFrames?: TakeFrames): void;
  closeAll(): Promise<void>;
}

/** The links of this replica over WebSocket. */
export function createLinkServer(parts: Pick<ServedLinksParts, 'log' | 'timers' | 'versions'>): LinkServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.LINK_MESSAGE_BYTES_MAX,
    clientTracking: false,
  });
  const links = createServedLinks(parts);
  const upgrade =
    (link: LinkUseCases, takeFrames?: TakeFrames) =>
    (...[request, socket, head]: Upgrade) => {
      const path = (request.url ?? '').split('?')[0];
      if (path === FRAMES_PATH && takeFrames) {
        const refusal = takeFrames(request, socket, head);
        return refusal === undefined ? undefined : refuseUpgrade(socket, refusal);
      }
      if (path !== LINK_PATH) return refuseUpgrade(socket, '404 Not Found');
      if (!links.hasRoom()) return refuseUpgrade(socket, '503 Service Unavailable');
      return sockets.handleUpgrade(request, socket, head, (webSocket) =>
        links.serve(socketWire(webSocket), link, request.socket.remoteAddress ?? 'unknown'),
      );
    };
  return {
    attach: (server, link, takeFrames) => {
      server.on('upgrade', upgrade(link, takeFrames));
    },
    send: links.send,
    close: links.close,
    closeAll: links.closeAll,
  };
}

type Upgrade = [request: IncomingMessage, socket: Duplex, head: Buffer];

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
