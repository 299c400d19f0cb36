import { useEffect, useState } from 'react';
import { formatDay, formatDuration, formatFull, formatMoment, formatRelative } from './format.ts';

const TICK_MS = 1_000;

/** The time, once a second; one timer for all of a page's clocks. */
const tickers = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    tickers.add(setNow);
    timer ??= setInterval(() => {
      for (const tick of tickers) tick(Date.now());
    }, TICK_MS);
    return () => {
      tickers.delete(setNow);
      if (tickers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}

interface MomentProps {
  readonly at: string | null;
  readonly relative?: boolean;
  /** With its day also today, where two moments stand beside one another. */
  readonly withDay?: boolean;
}

/** A moment as people say it, with the full date for those who point at it. */
export function Moment({ at, relative = false, withDay = false }: MomentProps) {
  const now = useNow();
  if (at === null) return <span className="faint">–</span>;
  const clock = withDay ? formatDay(at) : formatMoment(at, now);
  return (
    <time dateTime={at} title={formatFull(at)} className="num">
      {relative ? formatRelative(Date.parse(at), now) : clock}
    </time>
  );
}

export function Duration({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span className="faint">–</span>;
  return <span className="num">{formatDuration(ms)}</span>;
}

/** A duration that goes on while its end is not known. */
export function RunningDuration({ since, until }: { readonly since: string; readonly until: string | null }) {
  const now = useNow();
  const end = until === null ? now : Date.parse(until);
  return <span className="num">{formatDuration(end - Date.parse(since))}</span>;
}
