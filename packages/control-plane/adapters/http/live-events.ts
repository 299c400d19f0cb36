import { LIVE_BEAT, liveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';
import { systemTimers, type Timers } from '@deskhand/protocol/timers.ts';
import type { Caller } from '../../ports/outcome.ts';

export type Viewer = Pick<Caller, 'id' | 'roles'>;

export interface Listener {
  readonly viewer: Viewer;
  readonly lastEventId: string | undefined;
  /** Who the listener is by now: other roles show other runs, and a sign-in that has ended shows none. */
  readonly viewerNow: () => Promise<Viewer | undefined>;
}

/** Where the text of one stream goes. */
export interface StreamOutlet {
  /** Before the first text. */
  begin(): void;
  write(text: string): void;
  /** What was written and is not on its way yet. */
  bytesWaiting(): number;
  /** After all that was written. */
  end(): void;
  cut(): void;
  /** Once, whoever closed it. */
  onClose(closed: () => void): void;
}

/** What a live stream sends: numbered events that this replica saw, the newest kept for those who come back. */
export interface LiveEvents {
  publish(event: LiveEvent, isVisibleTo: (viewer: Viewer) => boolean): void;
  /** Answers a stream from after `lastEventId`; `reload` when that is too old or from another start of the server. */
  stream(outlet: StreamOutlet, listener: Listener): 'streaming' | 'too-many';
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
/** An event and no comment, because a page hears of no comments and takes a link that is silent for dead. */
const BEAT = `event: ${LIVE_BEAT}\ndata: {}\n\n`;

interface Kept {
  readonly number: number;
  readonly event: LiveEvent;
  readonly isVisibleTo: (viewer: Viewer) => boolean;
}
interface Stream {
  readonly outlet: StreamOutlet;
  viewer: Viewer;
}

/** `start` tells starts of the server apart, because numbers begin anew with each. */
export function createLiveEvents(
  start: string,
  beatIntervalMs: number = liveLinkPace.beatIntervalMs,
  timers: Pick<Timers, 'every'> = systemTimers,
): LiveEvents {
  const kept: Kept[] = [];
  const streams = new Set<Stream>();
  let lastNumber = 0;
  /** The number after the last event that can no longer be told. */
  let oldest = 1;

  const write = (stream: Stream, text: string): void => {
    if (stream.outlet.bytesWaiting() > STREAM_BACKLOG_BYTES_MAX) stream.outlet.cut();
    else stream.outlet.write(text);
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
    stream: (outlet, listener) => {
      const own = [...streams].filter((stream) => stream.viewer.id === listener.viewer.id).length;
      if (streams.size >= STREAMS_MAX || own >= STREAMS_PER_ACCOUNT_MAX) return 'too-many';
      outlet.begin();
      const stream: Stream = { outlet, viewer: listener.viewer };
      write(stream, `retry: 2000\n\n`);
      catchUp(stream, listener.lastEventId);
      streams.add(stream);
      // A revoked sign-in loses its stream at the next beat, not when the page is closed.
      const stopBeats = timers.every(beatIntervalMs, () => {
        void listener.viewerNow().then(
          (viewer) => {
            if (!viewer) return outlet.end();
            stream.viewer = viewer;
            write(stream, BEAT);
          },
          // The store is away: nothing can be asked of it, and nothing new can be read from it to be sent.
          () => write(stream, BEAT),
        );
      });
      outlet.onClose(() => {
        stopBeats();
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
      for (const { outlet } of streams) outlet.end();
    },
  };
}
