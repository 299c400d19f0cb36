import { timingSafeEqual } from 'node:crypto';
import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { framesRefusals } from '@deskhand/protocol/live-view.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { type FrameIntake, type FrameSource, WatchedScreen, type Watcher } from './watched-screen.ts';

export interface WatchedAttempt {
  readonly runId: string;
  readonly attempt: number;
  readonly gatewayId: string;
}

export interface ScreensParts {
  readonly timers: Timers;
  readonly now: () => Date;
  /** Unguessable, for ids, tickets and the name of this server. */
  readonly newSecret: () => string;
  /** Over whichever server holds the gateway's link. */
  readonly tell: (gatewayId: string, message: ServerMessage) => void;
}

/** Who comes with frames, and what proves that the watch is its own. */
export interface FrameOffer {
  readonly watchId: string;
  readonly server: string;
  readonly ticket: string;
}

/** All screens that people watch at this server. What is seen is passed on and stored nowhere. */
export interface Screens {
  hasRoom(of: WatchedAttempt): boolean;
  /** Answers how to leave. */
  watch(of: WatchedAttempt, watcher: Watcher): () => void;
  accept(offer: FrameOffer): { readonly open: (source: FrameSource) => FrameIntake } | keyof typeof framesRefusals;
  /** The server stops. */
  close(): void;
}

interface Watch {
  readonly watchId: string;
  readonly ticket: string;
  readonly screen: WatchedScreen;
}

export function createScreens(parts: ScreensParts): Screens {
  const server = parts.newSecret();
  const watches = new Map<string, Watch>();
  const keyOf = ({ runId, attempt }: WatchedAttempt): string => `${runId}/${String(attempt)}`;
  return {
    hasRoom: (of) => {
      const watch = watches.get(keyOf(of));
      return watch === undefined
        ? watches.size < limits.SCREENS_WATCHED_MAX
        : watch.screen.watchers < limits.WATCHERS_PER_RUN_MAX;
    },
    watch: (of, watcher) => {
      const key = keyOf(of);
      const watch = watches.get(key) ?? begin(parts, { of, server, over: () => watches.delete(key) });
      watches.set(key, watch);
      watch.screen.join(watcher);
      return () => watch.screen.leave(watcher);
    },
    accept: (offer) => {
      if (offer.server !== server) return 'elsewhere';
      const watch = [...watches.values()].find((one) => one.watchId === offer.watchId);
      if (watch === undefined || !isSame(watch.ticket, offer.ticket)) return 'over';
      return { open: (source) => watch.screen.open(source) };
    },
    close: () => {
      for (const { screen } of [...watches.values()]) screen.end('server-stops');
    },
  };
}

function begin(
  { timers, now, newSecret, tell }: ScreensParts,
  { of, server, over }: { readonly of: WatchedAttempt; readonly server: string; readonly over: () => void },
): Watch {
  const { gatewayId, ...attempt } = of;
  const [watchId, ticket] = [newSecret(), newSecret()];
  const watchersChanged = (names: readonly string[]): void => {
    if (names.length > 0) {
      tell(gatewayId, { type: 'watch', ...attempt, watchId, ticket, server, watchers: [...names] });
      return;
    }
    over();
    tell(gatewayId, { type: 'stopWatching', ...attempt, watchId });
  };
  return { watchId, ticket, screen: new WatchedScreen({ timers, now, watchersChanged }) };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
