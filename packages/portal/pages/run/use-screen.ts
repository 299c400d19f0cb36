import { screenEndWords, watchedScreen } from '@deskhand/protocol/watched-screen.ts';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';

export interface ScreenView {
  readonly isWatching: boolean;
  readonly frame: { readonly at: string; readonly png: string } | null;
  /** Why the server ended the watch. */
  readonly ended: string | null;
  readonly refusal: unknown;
  readonly watch: () => void;
  readonly stop: () => void;
}

/** The screen of a run while somebody wants to see it; leaving the page ends that. */
export function useScreen(runId: string): ScreenView {
  const [isWatching, setWatching] = useState(false);
  const [frame, setFrame] = useState<ScreenView['frame']>(null);
  const [ended, setEnded] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const leaving = useRef<AbortController | null>(null);
  const stop = () => {
    leaving.current?.abort();
    leaving.current = null;
    setWatching(false);
    setFrame(null);
  };
  const follow = async ({ signal }: AbortController) => {
    try {
      for await (const event of watchedScreen(api, runId, signal)) {
        if (signal.aborted) return;
        if (event.type === 'frame') setFrame(event);
        else setEnded(screenEndWords[event.because]);
      }
    } catch (error) {
      if (!signal.aborted) setRefusal(error);
    }
    if (!signal.aborted) setWatching(false);
  };
  const watch = () => {
    leaving.current?.abort();
    leaving.current = new AbortController();
    setWatching(true);
    setFrame(null);
    setEnded(null);
    setRefusal(null);
    void follow(leaving.current);
  };
  useEffect(() => () => leaving.current?.abort(), [runId]);
  return { isWatching, frame, ended, refusal, watch, stop };
}
