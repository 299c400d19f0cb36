import type { PredictedStart as Start } from '@deskhand/protocol/http/runs.ts';
import { Warning16Filled } from '@fluentui/react-icons';
import { formatMinute } from './format.ts';
import { useNow } from './time.tsx';

/** The interval in which a waiting run will probably start; in words for those who point at it. */
export function PredictedStart({ starts }: { readonly starts: Start | null }) {
  const now = useNow();
  if (starts === null) return <span className="faint">–</span>;
  const moment = (at: string): string => formatMinute(at, now);
  const [earliest, latest] = [moment(starts.earliestAt), moment(starts.latestAt)];
  const guess = starts.isGuess ? ' A guess: flows before it were hardly measured.' : '';
  const risk = starts.atRisk ? ' It will probably miss its start deadline.' : '';
  return (
    <span
      className={starts.atRisk ? 'state num' : 'num'}
      {...(starts.atRisk ? { 'data-tone': 'waiting' } : {})}
      title={`Probably ${moment(starts.medianAt)}.${guess}${risk}`}
    >
      {starts.atRisk && <Warning16Filled aria-label="At risk" />}
      {starts.isGuess && '≈ '}
      {earliest === latest ? earliest : `${earliest}–${latest}`}
    </span>
  );
}
