import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  HEARTBEAT_INTERVAL_MS,
  LINK_PATH,
  LINK_SILENCE_MAX_MS,
  type ServerMessage,
} from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EndableLinks } from '../../ports/gateway-links.ts';
import type { LinkUseCases } from '../../use-cases/link/create-link-use-cases.ts';
import type { LinkLog } from './link-log.ts';
import { ServedLink } from './served-link.ts';

/** Links that have not proven yet who they are. */
const GREETINGS_MAX = 64;
const LINKS_MAX = 10_000;

export interface LinkServer extends EndableLinks {
  /** Takes the upgrades to LINK_PATH of a server; every other upgrade is refused. */
  attach(server: Server, link: LinkUseCases): void;
  closeAll(): Promise<void>;
}

/** The server's end of all links of this replica: one for each gateway, the newest. */
export function createLinkServer({ log }: { readonly log: LinkLog }): LinkServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.LINK_MESSAGE_BYTES_MAX,
    clientTracking: false,
  });
  const links = new Set<ServedLink>();
  const open = new Map<string, ServedLink>();
  let isClosing = false;

  const serve = (socket: WebSocket, request: IncomingMessage, link: LinkUseCases): void => {
    const served = new ServedLink(socket, link, {
      log,
      address: request.socket.remoteAddress ?? 'unknown',
      opened: (gatewayId) => {
        // The newer link replaces the older, whose messages are refused from now on (§7.5).
        open.get(gatewayId)?.end(4001, 'A newer link of this gateway has taken over.');
        open.set(gatewayId, served);
      },
      closed: () => {
        links.delete(served);
        if (served.gatewayId !== undefined && open.get(served.gatewayId) === served) open.delete(served.gatewayId);
      },
    });
    links.add(served);
  };
  const upgrade = (link: LinkUseCases) => (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== LINK_PATH) return refuseUpgrade(socket, '404 Not Found');
    const greeting = [...links].filter((one) => !one.isOpen()).length;
    if (isClosing || links.size >= LINKS_MAX || greeting >= GREETINGS_MAX)
      return refuseUpgrade(socket, '503 Service Unavailable');
    return sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request, link));
  };
  const beat = setInterval(() => {
    for (const link of links) link.beat(LINK_SILENCE_MAX_MS);
  }, HEARTBEAT_INTERVAL_MS);
  beat.unref();

  return {
    attach: (server, link) => {
      server.on('upgrade', upgrade(link));
    },
    send: (gatewayId, message: ServerMessage) => open.get(gatewayId)?.send(message) ?? false,
    close: (gatewayId) => open.get(gatewayId)?.end(4003, 'The gateway was removed or quarantined.'),
    closeAll: async () => {
      isClosing = true;
      clearInterval(beat);
      const ended = [...links].map((link) => link.ended);
      for (const link of links) link.end(1012, 'The server stops.');
      await Promise.all(ended);
    },
  };
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
