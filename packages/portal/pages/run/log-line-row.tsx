import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import {
  Checkmark12Regular,
  Comment12Regular,
  Dismiss12Filled,
  type FluentIcon,
  Warning12Regular,
} from '@fluentui/react-icons';
import { formatClock, formatDuration } from '../../ui/format.ts';
import type { Tone } from '../../ui/run-state.ts';

const looks: Record<LogLine['status'], { icon: FluentIcon; tone: Tone; word: string }> = {
  succeeded: { icon: Checkmark12Regular, tone: 'good', word: 'Succeeded' },
  failed: { icon: Dismiss12Filled, tone: 'bad', word: 'Failed' },
  handled: { icon: Warning12Regular, tone: 'waiting', word: 'Failed, handled by the flow' },
  message: { icon: Comment12Regular, tone: 'quiet', word: 'Message' },
};

interface LogLineRowProps {
  readonly line: LogLine;
  readonly top: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

export function LogLineRow({ line, top, chosen, onChoose }: LogLineRowProps) {
  const look = looks[line.status];
  const Icon = look.icon;
  const sideText = line.durationMs === null ? `#${line.seq}` : formatDuration(line.durationMs);
  const loud =
    line.level === 'error' || line.status === 'failed' ? 'bad' : line.level === 'warning' ? 'waiting' : undefined;
  return (
    <div
      className="log-line"
      style={{ transform: `translateY(${top}px)` }}
      {...(loud ? { 'data-tone': loud } : {})}
      data-chosen={chosen}
    >
      <time className="log-time faint" dateTime={line.at}>
        {formatClock(line.at)}
      </time>
      <span className="state" data-tone={look.tone} title={look.word}>
        <Icon role="img" aria-label={look.word} />
      </span>
      <span className="log-place faint">
        {line.subflow} {line.line}
      </span>
      <span className="log-action">{line.action}</span>
      <span title={line.message}>{line.message}</span>
      <a
        href={`#action-${line.seq}`}
        className="num"
        aria-label={`Line ${line.seq}, ${sideText}`}
        onClick={(event) => {
          event.preventDefault();
          onChoose();
        }}
      >
        {sideText}
      </a>
    </div>
  );
}
