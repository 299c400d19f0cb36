import { type TimelinePhase, timeline } from '@deskhand/domain/run/timeline.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { formatDuration } from '../../ui/format.ts';
import type { Tone } from '../../ui/run-state.ts';
import { useNow } from '../../ui/time.tsx';

const phaseLooks: Record<TimelinePhase, { readonly word: string; readonly tone: Tone }> = {
  queued: { word: 'Queued', tone: 'waiting' },
  offered: { word: 'Offered', tone: 'doubt' },
  signingIn: { word: 'Signing in', tone: 'quiet' },
  downloading: { word: 'Downloading', tone: 'neutral' },
  running: { word: 'Running', tone: 'active' },
  signingOut: { word: 'Signing out', tone: 'quiet' },
};

const milliseconds = (at: string | null): number | null => (at === null ? null : Date.parse(at));

function phasesOf(run: Run) {
  return timeline(
    {
      requestedAtMs: Date.parse(run.requestedAt),
      offeredAtMs: milliseconds(run.offeredAt),
      acquiredAtMs: milliseconds(run.signingInAt),
      downloadingAtMs: milliseconds(run.downloadingAt),
      runningAtMs: milliseconds(run.startedAt),
      endedAtMs: milliseconds(run.endedAt),
      signedOutAtMs: milliseconds(run.signedOutAt),
    },
    run.state,
  );
}

/** Where the time went, phase by phase; a short phase keeps a visible sliver. */
export function RunTimeline({ run }: { readonly run: Run }) {
  const now = useNow();
  const phases = phasesOf(run).map((entry) => ({
    ...phaseLooks[entry.phase],
    phase: entry.phase,
    ms: Math.max(0, (entry.toMs ?? now) - entry.fromMs),
    open: entry.toMs === null,
  }));
  return (
    <div>
      <div className="timeline" aria-hidden>
        {phases.map((entry) => (
          <div
            key={entry.phase}
            data-tone={entry.tone}
            data-phase={entry.phase}
            style={{ flexGrow: Math.max(1, entry.ms), flexBasis: 0 }}
            title={`${entry.word}: ${formatDuration(entry.ms)}`}
          />
        ))}
      </div>
      <ul className="timeline-key" aria-label="Phases" style={{ listStyle: 'none' }}>
        {phases.map((entry) => (
          <li key={entry.phase} data-tone={entry.tone} data-phase={entry.phase}>
            <span className="swatch" />
            {entry.word} <span className="num strong">{formatDuration(entry.ms)}</span>
            {entry.open && ' so far'}
          </li>
        ))}
      </ul>
    </div>
  );
}
