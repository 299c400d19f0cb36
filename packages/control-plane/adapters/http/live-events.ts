import type { LiveEvent } from '@deskhand/protocol/http/system.ts';
import type { FastifyReply } from 'fastify';

/** What a live stream sends: numbered events that this replica saw, the newest kept for those who come back. */
export interface LiveEvents {
  publish(event: LiveEvent, isVisibleTo: (accountId: string) => boolean): void;
  /** Answers a stream from after `lastEventId`; `reload` when that is too old or from another start of the server. */
  stream(
    reply: FastifyReply,
    listener: { accountId: string; lastEventId: string | undefined; isStillSignedIn: () => Promise<boolean> },
  ): void;
  close(): void;
}

const EVENTS_KEPT_MAX = 2_000;
const STREAMS_MAX = 1_000;
/** A listener that cannot keep up is closed and comes back with its last number. */
const STREAM_BACKLOG_BYTES_MAX = 1_000_000;
const COMMENT_INTERVAL_MS = 15_000;

interface Kept {
  readonly number: number;
  readonly event: LiveEvent;
  readonly isVisibleTo: (accountId: string) => boolean;
}
interface Stream {
  readonly reply: FastifyReply;
  readonly accountId: string;
}

/** `start` tells starts of the server apart, because numbers begin anew with each. */
export function createLiveEvents(start: string): LiveEvents {
  const kept: Kept[] = [];
  const streams = new Set<Stream>();
  let lastNumber = 0;

  const write = (stream: Stream, text: string): void => {
    const { raw } = stream.reply;
    if (raw.writableLength > STREAM_BACKLOG_BYTES_MAX) raw.destroy();
    else raw.write(text);
  };
  const send = (stream: Stream, entry: Kept): void => {
    if (entry.isVisibleTo(stream.accountId))
      write(stream, `id: ${start}-${entry.number}\ndata: ${JSON.stringify(entry.event)}\n\n`);
  };
  const catchUp = (stream: Stream, lastEventId: string | undefined): void => {
    if (lastEventId === undefined) return;
    const [from, number] = lastEventId.split('-');
    const seen = Number(number);
    const isTooOld = from !== start || !Number.isInteger(seen) || (kept[0] !== undefined && kept[0].number > seen + 1);
    if (isTooOld)
      write(stream, `id: ${start}-${lastNumber}\ndata: ${JSON.stringify({ type: 'reload', data: {} })}\n\n`);
    else for (const entry of kept) if (entry.number > seen) send(stream, entry);
  };

  return {
    publish: (event, isVisibleTo) => {
      lastNumber += 1;
      const entry = { number: lastNumber, event, isVisibleTo };
      kept.push(entry);
      if (kept.length > EVENTS_KEPT_MAX) kept.shift();
      for (const stream of streams) send(stream, entry);
    },
    stream: (reply, listener) => {
      if (streams.size >= STREAMS_MAX) {
        reply.raw.writeHead(503, { 'retry-after': '10' }).end();
        return;
      }
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const stream = { reply, accountId: listener.accountId };
      write(stream, `retry: 2000\n\n`);
      catchUp(stream, listener.lastEventId);
      streams.add(stream);
      // A revoked sign-in loses its stream at the next comment, not when the page is closed.
      const comments = setInterval(() => {
        void listener.isStillSignedIn().then((yes) => (yes ? write(stream, ': still here\n\n') : reply.raw.end()));
      }, COMMENT_INTERVAL_MS);
      reply.raw.on('close', () => {
        clearInterval(comments);
        streams.delete(stream);
      });
    },
    close: () => {
      for (const stream of streams) stream.reply.raw.end();
    },
  };
}
