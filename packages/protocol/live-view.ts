import Type, { type Static } from 'typebox';
import { limits } from './limits.ts';
import { idParams, oneOf, route, time } from './http/route.ts';

/**
 * Frames of a watched screen come on a WebSocket of their own, which the gateway opens for one watch and which bears nothing
 * else, so that no frame ever stands before a message about a run. The server says `next` when a frame has gone on to
 * somebody; the gateway answers with one picture, or with `same` when nothing has changed or there is nothing to see.
 */
export const FRAMES_PATH = '/link/frames';
export const FRAME_WANTED = 'next';
export const FRAME_IS_SAME = 'same';

/** The address of a watch: `server` names the one of several servers at which it is open. */
export const framesAddress = ({ watchId, server }: { readonly watchId: string; readonly server: string }): string =>
  `${FRAMES_PATH}?watch=${encodeURIComponent(watchId)}&server=${encodeURIComponent(server)}`;

/** How an upgrade to the frames of a watch is refused. */
export const framesRefusals = {
  /** It is open at another server; a balancer sends the next connection elsewhere. */
  elsewhere: 421,
  /** Nobody watches any more, or the ticket is not the right one. */
  over: 410,
} as const;

/** With this code of a WebSocket's end a gateway says that the run which it brought frames of is over. */
export const RUN_IS_OVER = 4000;

export const screenEnds = [
  'run-ended',
  'not-allowed-any-more',
  'no-picture',
  'gateway-left',
  'too-slow',
  'server-stops',
] as const;
export type ScreenEnd = (typeof screenEnds)[number];

/** The data of a `frame` event; the picture is a PNG in base64. */
export const ScreenFrame = Type.Object({
  at: time,
  png: Type.String({ maxLength: Math.ceil((limits.FRAME_BYTES_MAX * 4) / 3) + 4 }),
});
export type ScreenFrame = Static<typeof ScreenFrame>;
/** The data of the `ended` event, after which nothing comes. */
export const ScreenEnded = Type.Object({ because: oneOf(screenEnds) });
export type ScreenEnded = Static<typeof ScreenEnded>;

export const liveViewRoutes = {
  watchScreen: route('GET', '/runs/{id}/screen', {
    permission: 'run.read',
    summary: 'The screen that a run works on, live: `frame` events with a picture each, then `ended`',
    params: idParams,
    contentType: 'text/event-stream',
    reply: Type.Unknown(),
  }),
};
