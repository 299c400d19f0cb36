import { limits } from '@deskhand/protocol/limits.ts';
import type { FrameLine } from '../ports/frame-lines.ts';
import type { WorkOrder } from '../ports/link.ts';
import { recordOf } from './attempt-in-hand.ts';
import { keyOf, nameOf, type AttemptKey } from './attempt-record.ts';
import type { AttemptInHand, Core } from './core.ts';
import { atMost, showWatchers } from './show-notification.ts';

/** A screen that takes longer shows nothing new this time. */
export const FRAME_TAKES_MAX_MS = 5_000;
/** Over all runs; each server that people are at has a watch of its own. */
export const WATCHES_MAX = 20;

type WatchOrder = Extract<WorkOrder, { type: 'watch' }>;
type StopOrder = Extract<WorkOrder, { type: 'stopWatching' }>;

export interface ScreenDesk {
  readonly watch: (core: Core, order: WatchOrder) => void;
  readonly stop: (core: Core, order: Pick<StopOrder, 'runId' | 'attempt' | 'watchId'>) => void;
}

interface Watch {
  readonly key: AttemptKey;
  readonly line: FrameLine;
  last: Uint8Array | undefined;
  /** Whoever sits at the screen has been told, as far as they can be. */
  announced: Promise<void>;
}

/**
 * Shows the screens of runs to people, one frame for each that the server asks for. It costs a run nothing while nobody
 * watches, and a frame that cannot be taken is left out.
 */
export function createScreenDesk(): ScreenDesk {
  const watches = new Map<string, Watch>();
  const end = (core: Core, watchId: string): void => {
    const watch = watches.get(watchId);
    watches.delete(watchId);
    const attempt = watch && core.inHand.get(watch.key);
    if (attempt?.watchers.delete(watchId)) void showWatchers(core, attempt);
  };
  return {
    watch: (core, order) => {
      const attempt = core.inHand.get(keyOf(order));
      if (attempt === undefined) return;
      const known = watches.get(order.watchId);
      if (known === undefined && watches.size >= WATCHES_MAX) return;
      attempt.watchers.set(order.watchId, order.watchers);
      const announced = showWatchers(core, attempt);
      if (known !== undefined) {
        known.announced = announced;
        return;
      }
      core.log.info({ ...nameOf(order), watchers: order.watchers.join(', ') }, 'the screen of a run is watched');
      const ears = { next: () => void bringFrame(core, watch), closed: () => end(core, order.watchId) };
      const line = core.frames.open(order, ears);
      const watch: Watch = { key: keyOf(order), line, last: undefined, announced };
      watches.set(order.watchId, watch);
    },
    stop: (core, { watchId }) => {
      watches.get(watchId)?.line.close('not-watched');
      end(core, watchId);
    },
  };
}

async function bringFrame(core: Core, watch: Watch): Promise<void> {
  await watch.announced;
  const attempt = core.inHand.get(watch.key);
  if (attempt === undefined || recordOf(core, attempt).phase === 'ended') return watch.line.close('run-over');
  const png = await takeFrame(core, attempt);
  if (png === undefined || (watch.last !== undefined && Buffer.compare(png, watch.last) === 0)) watch.line.same();
  else {
    watch.last = png;
    watch.line.send(png);
  }
}

async function takeFrame(core: Core, attempt: AttemptInHand): Promise<Uint8Array | undefined> {
  const tooLong = new AbortController();
  try {
    const taking = attempt.session?.screenshot(tooLong.signal);
    const png = taking && (await atMost(core.timers, FRAME_TAKES_MAX_MS, taking));
    return png === undefined || png.length > limits.FRAME_BYTES_MAX ? undefined : png;
  } catch (error) {
    core.log.info({ ...nameOf(attempt.facts), because: String(error) }, 'a frame could not be taken');
    return undefined;
  } finally {
    tooLong.abort();
  }
}
