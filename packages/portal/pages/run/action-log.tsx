import type { LogLine, Run } from '@deskhand/protocol/http/runs.ts';
import { Button, Input, Switch } from '@fluentui/react-components';
import { ArrowDown16Regular, Search16Regular } from '@fluentui/react-icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { formatClock, formatDuration, formatNumber } from '../../ui/format.ts';
import { ProblemView, SkeletonRows } from '../../ui/states.tsx';
import { LogLineRow } from './log-line-row.tsx';
import { type LogState, useLogWindow } from './use-log-window.ts';

const LINE_HEIGHT_PX = 24;
const NEAR_EDGE_LINES = 40;
const TYPING_PAUSE_MS = 300;

/** The action log of a run: windows of lines, live at the end, opened at the first error when there is one. */
export function ActionLog({ run }: { readonly run: Run }) {
  const [errorsOnly, setErrorsOnly] = useState(false);
  const [typed, setTyped] = useState('');
  const search = usePaused(typed);
  const [linked] = useState(seqInAddress);
  const filter = { search, errorsOnly, attempt: undefined };
  const { log, loadOlder, loadNewer, retry } = useLogWindow(run.id, filter, linked);
  const [following, setFollowing] = useState(linked === null);
  return (
    <div className="log">
      <div className="log-tools">
        <Input
          size="small"
          data-filter
          aria-label="Search the action log"
          placeholder="Search the log"
          contentBefore={<Search16Regular />}
          value={typed}
          onChange={(_event, { value }) => setTyped(value)}
        />
        <Switch label="Errors only" checked={errorsOnly} onChange={(_event, { checked }) => setErrorsOnly(checked)} />
        <div className="grow" />
        <Button
          size="small"
          appearance={following ? 'primary' : 'secondary'}
          icon={<ArrowDown16Regular />}
          aria-pressed={following}
          onClick={() => setFollowing(!following)}
        >
          {following ? 'Following' : 'Follow'}
        </Button>
      </div>
      {log.status === 'error' && <ProblemView error={log.error} onRetry={retry} />}
      {log.status === 'loading' && <SkeletonRows rows={6} />}
      {log.status === 'ready' && (
        <LogLines
          log={log}
          linked={linked}
          following={following}
          onFollow={setFollowing}
          loadOlder={loadOlder}
          loadNewer={loadNewer}
          filtered={search !== '' || errorsOnly}
          unfinished={run.endedAt === null}
        />
      )}
    </div>
  );
}

interface LogLinesProps {
  readonly log: LogState;
  readonly linked: number | null;
  readonly following: boolean;
  readonly onFollow: (following: boolean) => void;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
  readonly filtered: boolean;
  readonly unfinished: boolean;
}

function LogLines(props: LogLinesProps) {
  const { log, following, onFollow, loadOlder, loadNewer, filtered, unfinished } = props;
  const { lines, hasOlder, hasNewer } = log.window;
  const frame = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<number | null>(props.linked ?? log.firstErrorSeq);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT_PX,
    overscan: 20,
    getItemKey: (index) => lines[index]?.seq ?? index,
  });
  useOpeningPlace(frame, lines, props.linked ?? log.firstErrorSeq, following);
  useKeptPlace(frame, lines);
  const onScroll = () => {
    const element = frame.current;
    if (!element) return;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (following && fromEnd > LINE_HEIGHT_PX * 2) onFollow(false);
    if (hasOlder && element.scrollTop < LINE_HEIGHT_PX * NEAR_EDGE_LINES) loadOlder();
    if (hasNewer && fromEnd < LINE_HEIGHT_PX * NEAR_EDGE_LINES) loadNewer();
  };
  const choose = (line: LogLine) => {
    setChosen(line.seq);
    history.replaceState(history.state, '', `#action-${line.seq}`);
  };
  const detail = lines.find((line) => line.seq === chosen);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div
        ref={frame}
        className="log-window"
        // Steady while lines arrive; afterwards as high as its lines, so that what follows is not pushed away.
        data-growing={unfinished && lines.length > 0}
        role="log"
        aria-live="off"
        aria-label="Action log"
        tabIndex={0}
        onScroll={onScroll}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            return (
              <LogLineRow
                key={item.key}
                line={line}
                top={item.start}
                chosen={line.seq === chosen}
                onChoose={() => choose(line)}
              />
            );
          })}
          {lines.length === 0 && <NoLines filtered={filtered} unfinished={unfinished} />}
        </div>
      </div>
      {detail && <LineDetail line={detail} />}
      <div className="log-foot">
        <span className="num">
          {formatNumber(log.total)} lines{filtered ? ' in all' : ''}
        </span>
        <span className="num">{log.lost > 0 ? `${formatNumber(log.lost)} lines lost` : 'No lines lost'}</span>
        {hasNewer && <span>More below</span>}
      </div>
    </>
  );
}

function NoLines({ filtered, unfinished }: { readonly filtered: boolean; readonly unfinished: boolean }) {
  const text = filtered
    ? 'No line matches.'
    : unfinished
      ? 'The first line appears when the flow starts.'
      : 'This run wrote no log.';
  return <p style={{ padding: '8px 12px' }}>{text}</p>;
}

function LineDetail({ line }: { readonly line: LogLine }) {
  return (
    <div
      className="log-tools"
      style={{ borderTop: '1px solid var(--line)', borderBottom: 0, alignItems: 'flex-start' }}
    >
      <div className="grow stack tight">
        <span className="small faint">
          {line.subflow} line {line.line} · {line.action || 'message'} · {formatClock(line.at)}
          {line.durationMs !== null && ` · ${formatDuration(line.durationMs)}`}
        </span>
        <span className="mono wrap" style={{ maxHeight: 120, overflow: 'auto', whiteSpace: 'pre-wrap' }}>
          {line.message || '–'}
        </span>
      </div>
    </div>
  );
}

type Frame = { readonly current: HTMLDivElement | null };

/** At first to the linked or failed line, then to the end for as long as the page follows. */
function useOpeningPlace(frame: Frame, lines: readonly LogLine[], first: number | null, following: boolean): void {
  const opened = useRef(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || lines.length === 0) return;
    const index = opened.current || first === null ? -1 : lines.findIndex((line) => line.seq === first);
    opened.current = true;
    if (index >= 0) element.scrollTop = Math.max(0, (index - 4) * LINE_HEIGHT_PX);
    else if (following) element.scrollTop = element.scrollHeight;
  }, [frame, lines, first, following]);
}

/** When older lines come in above, what the person reads stays where it is. */
function useKeptPlace(frame: Frame, lines: readonly LogLine[]): void {
  const firstSeq = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const before = firstSeq.current;
    firstSeq.current = lines[0]?.seq;
    if (before === undefined || !frame.current) return;
    const added = lines.findIndex((line) => line.seq === before);
    if (added > 0) frame.current.scrollTop += added * LINE_HEIGHT_PX;
  }, [frame, lines]);
}

function usePaused(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function seqInAddress(): number | null {
  const match = /^#action-(\d+)$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}
