import type { RunState } from '@deskhand/domain/run/run.ts';
import {
  CheckmarkCircle16Filled,
  Clock16Regular,
  DismissCircle16Filled,
  DoorArrowLeft16Regular,
  HandRight16Regular,
  HourglassThreeQuarter16Regular,
  type FluentIcon,
  PlayCircle16Filled,
  Question16Filled,
  RecordStop16Regular,
  SpinnerIos16Regular,
} from '@fluentui/react-icons';
import { type StateIcon, stateLooks, wordOfRun } from './run-state.ts';

const icons: Record<StateIcon, FluentIcon> = {
  clock: Clock16Regular,
  hand: HandRight16Regular,
  door: DoorArrowLeft16Regular,
  play: PlayCircle16Filled,
  stopping: SpinnerIos16Regular,
  check: CheckmarkCircle16Filled,
  cross: DismissCircle16Filled,
  stopped: RecordStop16Regular,
  hourglass: HourglassThreeQuarter16Regular,
  question: Question16Filled,
};

interface BadgeRun {
  readonly state: RunState;
  readonly phase: 'signingIn' | 'downloading' | null;
  readonly display?: string;
  readonly position?: number | null;
}

export function RunStateBadge({ run, large = false }: { readonly run: BadgeRun; readonly large?: boolean }) {
  const look = stateLooks[run.state];
  const Icon = icons[look.icon];
  const place = run.state === 'queued' && run.position ? ` #${run.position}` : '';
  return (
    <span className={large ? 'state state-large' : 'state'} data-tone={look.tone}>
      <Icon aria-hidden />
      <span>
        {wordOfRun(run)}
        {place}
      </span>
    </span>
  );
}

/** The last results of a flow, newest on the right, as ten small marks that screen readers hear as one sentence. */
export function ResultDots({ results }: { readonly results: readonly RunState[] }) {
  if (results.length === 0) return <span className="faint">Never run</span>;
  const words = results.map((state) => stateLooks[state].word).join(', ');
  return (
    <span className="dots" role="img" aria-label={`Last results, newest first: ${words}`} title={words}>
      {results.toReversed().map((state, index) => {
        const Icon = icons[stateLooks[state].icon];
        // Results have no ids and never move among themselves, so their place is their key.
        return (
          <span key={`${index}`} className="state" data-tone={stateLooks[state].tone}>
            <Icon aria-hidden style={{ fontSize: 14 }} />
          </span>
        );
      })}
    </span>
  );
}
