import type { liveViewRoutes, ScreenEnded, ScreenFrame } from '@deskhand/protocol/live-view.ts';
import { type LiveViewPorts, type PictureOutlet, watchScreen } from '../../use-cases/live-view/watch-screen.ts';
import { type HandlersOf, iso } from './handlers.ts';
import type { StreamOutlet, Viewer } from './live-events.ts';
import { outletOf } from './live-reply.ts';

export interface LiveViewHandlerParts extends LiveViewPorts {
  readonly viewerOf: (credential: { cookie?: string; bearer?: string }) => Promise<Viewer | undefined>;
}

export function liveViewHandlers(parts: LiveViewHandlerParts): HandlersOf<typeof liveViewRoutes> {
  return {
    watchScreen: ({ caller, params, cookie, bearer, reply }) => {
      const credential = bearer ? { bearer } : cookie ? { cookie } : {};
      return watchScreen(
        parts,
        caller,
        params.id,
        picturesOver(outletOf(reply), () => parts.viewerOf(credential)),
      );
    },
  };
}

/** A comment, so that nothing on the way takes a screen that stands still for a dead connection. */
const WATCHED = ': watched\n\n';

/** Pictures as server-sent events. */
function picturesOver(outlet: StreamOutlet, viewerNow: PictureOutlet['viewerNow']): PictureOutlet {
  const write = (event: string, data: ScreenFrame | ScreenEnded): void =>
    outlet.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return {
    begin: () => {
      outlet.begin();
      // The head of an answer leaves with its first text only.
      outlet.write(WATCHED);
    },
    show: ({ at, png }) => write('frame', { at: iso(at), png: png.toString('base64') }),
    bytesWaiting: outlet.bytesWaiting,
    end: (because) => {
      write('ended', { because });
      outlet.end();
    },
    beat: () => outlet.write(WATCHED),
    onClose: outlet.onClose,
    viewerNow,
  };
}
