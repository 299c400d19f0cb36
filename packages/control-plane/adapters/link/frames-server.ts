import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { limits } from '@deskhand/protocol/limits.ts';
import { FRAME_IS_SAME, FRAME_WANTED, framesRefusals, RUN_IS_OVER } from '@deskhand/protocol/live-view.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FrameOffer, Screens } from '../../use-cases/live-view/screens.ts';
import type { FrameIntake, FrameSource } from '../../use-cases/live-view/watched-screen.ts';

const reasons: Readonly<Record<keyof typeof framesRefusals, string>> = {
  elsewhere: 'Misdirected Request',
  over: 'Gone',
};

export type TakeFrames = (request: IncomingMessage, socket: Duplex, head: Buffer) => string | undefined;

/** Takes the connections on which gateways bring frames; answers the status of one that is refused. */
export function createFramesServer(screens: Screens): TakeFrames {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.FRAME_BYTES_MAX,
    clientTracking: false,
  });
  return (request, socket, head) => {
    const accepted = screens.accept(offerOf(request));
    if (typeof accepted === 'string') return `${String(framesRefusals[accepted])} ${reasons[accepted]}`;
    sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, accepted.open));
    return undefined;
  };
}

function offerOf({ url, headers }: IncomingMessage): FrameOffer {
  const { searchParams } = new URL(url ?? '/', 'http://server');
  const [, ticket = ''] = /^Bearer (\S{1,200})$/.exec(headers.authorization ?? '') ?? [];
  return { watchId: searchParams.get('watch') ?? '', server: searchParams.get('server') ?? '', ticket };
}

function serve(socket: WebSocket, open: (source: FrameSource) => FrameIntake): void {
  const intake = open({
    next: () => socket.send(FRAME_WANTED),
    close: () => socket.close(1000, 'Nobody watches any more.'),
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary) intake.frame(asBuffer(data));
    else if (String(data) === FRAME_IS_SAME) intake.same();
    else socket.close(1008, 'Only frames are taken here.');
  });
  // Told by its end, which always follows.
  socket.on('error', () => undefined);
  socket.once('close', (code) => intake.closed(code === RUN_IS_OVER));
}

function asBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
