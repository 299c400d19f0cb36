import type { PredictedStart } from '@deskhand/protocol/http/runs.ts';

const clock = (at: string): string => {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? time : `${moment.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} ${time}`;
};

/** `10:45–10:50`, with a mark for a guess and one for a run that will probably miss its start deadline. */
export function startCell(starts: PredictedStart | null): string {
  if (starts === null) return '-';
  const [earliest, latest] = [clock(starts.earliestAt), clock(starts.latestAt)];
  const span = earliest === latest ? earliest : `${earliest}–${latest}`;
  return `${starts.isGuess ? '≈' : ''}${span}${starts.atRisk ? ' !' : ''}`;
}

export function startLines(starts: PredictedStart): readonly string[] {
  const guess = starts.isGuess ? ', a guess, because its flow or those before it were hardly measured' : '';
  const span = `starts: ${startCell({ ...starts, isGuess: false, atRisk: false })}, probably ${clock(starts.medianAt)}${guess}`;
  if (!starts.atRisk) return [span];
  return [span, 'at risk: it will probably miss its start deadline', ...starts.whatHelps.map((help) => `try: ${help}`)];
}
