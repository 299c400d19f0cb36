import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { StreamOutlet } from './live-events.ts';

/** A live stream as the answer to a request, which Fastify leaves to us from its first byte on. */
export function outletOf(reply: FastifyReply): StreamOutlet {
  const { raw } = reply;
  return {
    begin: () => {
      reply.hijack();
      raw.writeHead(200, {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
      });
    },
    write: (text) => void raw.write(text),
    bytesWaiting: () => raw.writableLength,
    end: () => void raw.end(),
    cut: () => void raw.destroy(),
    onClose: (closed) => void raw.on('close', closed),
  };
}
