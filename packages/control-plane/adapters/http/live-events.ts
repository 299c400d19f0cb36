import type { OutgoingHttpHeaders } from 'node:http';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../ports/outcome.ts';

export type Viewer = Pick<Caller, 'id' | 'roles'>;

export interface Listener {
  readonly viewer: Viewer;
  readonly lastEventId: string | undefined;
  /** Who the listener is by now: other roles show other runs, and a sign-in that has ended shows none. */
  readonly viewerNow: () => Promise<Viewer | undefined>;
}

/** What a live stream sends: numbered events that this replica saw, the newest kept for those who come back. */
export interface LiveEvents {
  publish(event: LiveEvent, isVisibleTo: (viewer: Viewer) => boolean): void;
  /** Answers a stream from after `lastEventId`; `reload` when that is too old or from another start of the server. */
  stream(reply: FastifyReply, listener: Listener): 'streaming' | 'too-many';
  /** False means that nobody listens: what is not published then must be told with `skip`. */
  hasListeners(): boolean;
  /** Something happened that was not published; whoever comes back from before it is told to reload. */
  skip(): void;
  close(): void;
}

const EVENTS_KEPT_MAX = 2_000;
const STREAMS_MAX = 1_000;
/** One account with very many pages must not shut out everybody else. */
const STREAMS_PER_ACCOUNT_MAX = 50;
/** A listener that cannot keep up is closed and comes back with its last number. */
const STREAM_BACKLOG_BYTES_MAX = 1_000_000;
const COMMENT_INTERVAL_MS = 15_000;

interface Kept {
  readonly number: number;
  readonly event: LiveEvent;
  readonly isVisibleTo: (viewer: Viewer) => boolean;
}
interface Stream {
  readonly reply: FastifyReply;
  viewer: Viewer;
}

/** `start` tells starts of the server apart, because numbers begin anew with each. */
export function createLiveEvents(start: string, commentIntervalMs = COMMENT_INTERVAL_MS): LiveEvents {
  const kept: Kept[] = [];
  const streams = new Set<Stream>();
  let lastNumber = 0;
  /** The number after the last event that can no longer be told. */
  let oldest = 1;

  const write = (stream: Stream, text: string): void => {
    const { raw } = stream.reply;
    if (raw.writableLength > STREAM_BACKLOG_BYTES_MAX) raw.destroy();
    else raw.write(text);
  };
  const send = (stream: Stream, entry: Kept): void => {
    if (entry.isVisibleTo(stream.viewer))
      write(stream, `id: ${start}-${entry.number}\ndata: ${JSON.stringify(entry.event)}\n\n`);
  };
  const catchUp = (stream: Stream, lastEventId: string | undefined): void => {
    if (lastEventId === undefined) return;
    const [from, number] = lastEventId.split('-');
    const seen = Number(number);
    const isTooOld = from !== start || !Number.isInteger(seen) || seen + 1 < oldest;
    if (isTooOld)
      write(stream, `id: ${start}-${lastNumber}\ndata: ${JSON.stringify({ type: 'reload', data: {} })}\n\n`);
    else for (const entry of kept) if (entry.number > seen) send(stream, entry);
  };

  return {
    publish: (event, isVisibleTo) => {
      lastNumber += 1;
      const entry = { number: lastNumber, event, isVisibleTo };
      kept.push(entry);
      if (kept.length > EVENTS_KEPT_MAX) oldest = (kept.shift() as Kept).number + 1;
      for (const stream of streams) send(stream, entry);
    },
    stream: (reply, listener) => {
      const own = [...streams].filter((stream) => stream.viewer.id === listener.viewer.id).length;
      if (streams.size >= STREAMS_MAX || own >= STREAMS_PER_ACCOUNT_MAX) return 'too-many';
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
      });
      const stream: Stream = { reply, viewer: listener.viewer };
      write(stream, `retry: 2000\n\n`);
      catchUp(stream, listener.lastEventId);
      streams.add(stream);
      // A revoked sign-in loses its stream at the next comment, not when the page is closed.
      const comments = setInterval(() => {
        void listener.viewerNow().then(
          (viewer) => {
            if (!viewer) return void reply.raw.end();
            stream.viewer = viewer;
            write(stream, ': still here\n\n');
          },
          // The store is away: nothing can be asked of it, and nothing new can be read from it to be sent.
          () => write(stream, ': still here\n\n'),
        );
      }, commentIntervalMs);
      reply.raw.on('close', () => {
        clearInterval(comments);
        streams.delete(stream);
      });
      return 'streaming';
    },
    hasListeners: () => streams.size > 0,
    skip: () => {
      lastNumber += 1;
      kept.length = 0;
      oldest = lastNumber + 1;
    },
    close: () => {
      for (const stream of streams) stream.reply.raw.end();
    },
  };
}
