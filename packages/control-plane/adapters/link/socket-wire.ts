import { WebSocket } from 'ws';
import type { ServedWire } from './served-wire.ts';

/** A link over WebSocket. */
export function socketWire(socket: WebSocket): ServedWire {
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    bytesWaiting: () => socket.bufferedAmount,
    send: (text) => socket.send(text),
    ping: () => socket.ping(),
    hold: (isHeld) => {
      if (isHeld) socket.pause();
      else if (socket.isPaused) socket.resume();
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    listen: ({ text, heard, failed, closed }) => {
      socket.on('message', (data, isBinary) => text(isBinary ? '' : String(data)));
      socket.on('pong', heard);
      socket.on('error', failed);
      socket.once('close', closed);
    },
  };
}
