import { Button, Spinner } from '@fluentui/react-components';
import { ArrowClockwise16Regular, PlugDisconnected20Regular } from '@fluentui/react-icons';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { problemOf } from '../api/client.ts';
import { useLiveState } from '../app/live/live-context.tsx';
import { CopyButton } from './copy-button.tsx';
import { ErrorCodeLink } from './help-link.tsx';
import { formatClock, formatDuration } from './format.ts';
import { useNow } from './time.tsx';

const SKELETON_DELAY_MS = 200;

/** True once loading has taken long enough that a person would wonder. */
export function useLate(loading: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!loading) return setLate(false);
    const timer = setTimeout(() => setLate(true), SKELETON_DELAY_MS);
    return () => clearTimeout(timer);
  }, [loading]);
  return loading && late;
}

/** Rows of the final height, so that nothing jumps when the real ones arrive. */
export function SkeletonRows({ rows = 8 }: { readonly rows?: number }) {
  const late = useLate(true);
  return (
    <div className="skeleton" role="status" aria-label="Loading" data-late={late}>
      {Array.from({ length: rows }, (_row, index) => (
        // Placeholders have no identity beyond their place.
        <div key={`${index}`} className="skeleton-row">
          <span style={{ width: `${12 + ((index * 7) % 9)}%` }} />
          <span style={{ width: `${22 + ((index * 11) % 14)}%` }} />
          <span style={{ width: `${10 + ((index * 5) % 8)}%` }} />
          <span style={{ width: `${8 + ((index * 3) % 6)}%` }} />
        </div>
      ))}
    </div>
  );
}

/** What went wrong in a sentence, what to do, the code, and a way to try again. */
export function ProblemView({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { title, code, remedy } = problemOf(error);
  return (
    <div className="problem" role="alert">
      <div>
        <strong>{title}</strong>
        <p>{remedy}</p>
        <ErrorCodeLink code={code} />
      </div>
      <div className="row">
        {onRetry && (
          <Button icon={<ArrowClockwise16Regular />} onClick={onRetry}>
            Retry
          </Button>
        )}
        <CopyButton text={JSON.stringify(problemOf(error), null, 2)} label="Copy details" />
      </div>
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Why there is nothing, and the one next step. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

interface QueryViewProps<T> {
  readonly query: UseQueryResult<T, Error>;
  readonly skeletonRows?: number;
  readonly children: (data: T) => ReactNode;
}

/** One of the states of a page: loading, error, or its content (which says itself when it is empty). */
export function QueryView<T>({ query, skeletonRows, children }: QueryViewProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  return <SkeletonRows {...(skeletonRows === undefined ? {} : { rows: skeletonRows })} />;
}

const STALE_AFTER_MS = 2_000;

/** Says how old the page is when the live link is lost. */
export function StaleBanner() {
  const { status, lostAtMs, lastHeardAtMs } = useLiveState();
  const now = useNow();
  if (status !== 'reconnecting' || lostAtMs === null || now - lostAtMs < STALE_AFTER_MS) return null;
  return (
    <div className="stale" role="status">
      <PlugDisconnected20Regular aria-hidden />
      <span>
        Live link lost {formatDuration(now - lostAtMs)} ago, showing {formatClock(lastHeardAtMs)}. Trying again.
      </span>
      <Spinner size="extra-tiny" aria-hidden />
    </div>
  );
}
