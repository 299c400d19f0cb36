import { liveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import { API_PREFIX } from '@deskhand/protocol/http/routes.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { openEventSource } from './event-source.ts';
import type { Fold } from './fold-events.ts';
import { LiveLink, type LiveState } from './live-link.ts';
import { askAgain, patchCache } from './patch-cache.ts';

interface Live {
  readonly link: LiveLink;
  readonly onFold: (listener: (fold: Fold) => void) => () => void;
}

const LiveContext = createContext<Live | null>(null);

/** Opens the stream while somebody is signed in, and lets pages listen to what it brings. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const cache = useQueryClient();
  const [live] = useState(() => {
    const listeners = new Set<(fold: Fold) => void>();
    const link = new LiveLink({
      openStream: openEventSource(`${API_PREFIX}/events`),
      timers: systemTimers,
      wallMs: Date.now,
      pace: liveLinkPace,
      onFold: (fold) => {
        patchCache(cache, fold);
        for (const listener of listeners) listener(fold);
      },
      onRefresh: () => askAgain(cache),
    });
    const onFold = (listener: (fold: Fold) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    return { link, onFold };
  });
  useEffect(() => {
    live.link.open();
    return () => live.link.close();
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

const neverLive: LiveState = { status: 'connecting', lastHeardAtMs: 0, lostAtMs: null };
const noSubscription = () => () => undefined;

export function useLiveState(): LiveState {
  const live = useContext(LiveContext);
  return useSyncExternalStore(live?.link.subscribe ?? noSubscription, () => live?.link.state ?? neverLive);
}

export const useLiveLink = (): LiveLink | null => useContext(LiveContext)?.link ?? null;

/** Tells a page what each folded burst held, for what the cache alone cannot say: new rows, new log lines. */
export function useFolds(listener: (fold: Fold) => void): void {
  const live = useContext(LiveContext);
  useEffect(() => live?.onFold(listener), [live, listener]);
}
