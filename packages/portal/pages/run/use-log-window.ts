import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import type { Fold } from '../../app/live/fold-events.ts';
import { useFolds } from '../../app/live/live-context.tsx';
import {
  emptyWindow,
  LINES_PER_FETCH,
  type LogWindow,
  startBeforeError,
  windowAtEnd,
  windowFrom,
  withNewer,
  withOlder,
} from './log-window.ts';

export interface LogFilter {
  readonly search: string;
  readonly errorsOnly: boolean;
  readonly attempt: number | undefined;
}

export interface LogState {
  readonly window: LogWindow;
  readonly total: number;
  readonly lost: number;
  readonly firstErrorSeq: number | null;
  readonly status: 'loading' | 'ready' | 'error';
  readonly error: unknown;
}

const before: LogState = {
  window: emptyWindow,
  total: 0,
  lost: 0,
  firstErrorSeq: null,
  status: 'loading',
  error: null,
};

/** The log by windows: opened at the first error, else at its end, and never fetched whole. */
export function useLogWindow(runId: string, filter: LogFilter, wanted: number | null) {
  const [log, setLog] = useState<LogState>(before);
  const { search, errorsOnly, attempt } = filter;
  const fetching = useRef(false);
  const [round, setRound] = useState(0);

  const ask = useCallback(
    (part: { after?: number; before?: number; tail?: 'yes' }) =>
      api.getRunLog({
        params: { id: runId },
        query: {
          ...part,
          limit: LINES_PER_FETCH,
          ...(search ? { search } : {}),
          ...(errorsOnly ? { level: 'error' as const } : {}),
          ...(attempt ? { attempt } : {}),
        },
      }),
    [runId, search, errorsOnly, attempt],
  );

  // `round` stands for Retry: the same question once more.
  useEffect(() => {
    let left = false;
    const open = async () => {
      try {
        const tail = await ask({ tail: 'yes' });
        const first = wanted ?? tail.firstErrorSeq;
        const inSight = first === null || first >= (tail.lines[0]?.seq ?? 0) || search !== '' || errorsOnly;
        const start = startBeforeError(first ?? 1);
        const page = inSight ? tail : await ask({ after: start });
        const window = inSight ? windowAtEnd(tail.lines) : windowFrom(page.lines, start);
        if (!left) setLog({ ...page, window, status: 'ready', error: null });
      } catch (error) {
        if (!left) setLog({ ...before, status: 'error', error });
      }
    };
    if (round > 0) setLog(before);
    void open();
    return () => {
      left = true;
    };
  }, [ask, search, errorsOnly, wanted, round]);

  const extend = useCallback(
    async (direction: 'older' | 'newer', from: LogWindow) => {
      if (fetching.current) return;
      fetching.current = true;
      try {
        const part =
          direction === 'newer' ? { after: from.lines.at(-1)?.seq ?? 0 } : { before: from.lines[0]?.seq ?? 1 };
        const page = await ask(part);
        const grow = direction === 'newer' ? withNewer : withOlder;
        setLog((state) => ({ ...state, ...page, window: grow(state.window, page.lines), status: 'ready' }));
      } catch {
        // What is shown stays; the next event or scroll asks again.
      } finally {
        fetching.current = false;
      }
    },
    [ask],
  );

  const { window } = log;
  const listen = useCallback(
    (fold: Fold) => {
      const lastSeq = fold.logs.get(runId);
      const behind = lastSeq !== undefined && lastSeq > (window.lines.at(-1)?.seq ?? 0);
      if ((behind || fold.runs.has(runId)) && !window.hasNewer) void extend('newer', window);
    },
    [runId, window, extend],
  );
  useFolds(listen);

  return {
    log,
    loadOlder: () => void extend('older', window),
    loadNewer: () => void extend('newer', window),
    retry: () => setRound((count) => count + 1),
  };
}
