/** A run that was acknowledged before everything was killed. */
export interface AcknowledgedRun {
  readonly key: string;
  readonly runId: string;
  readonly acknowledgedAtMs: number;
}

/** What is known from outside, and what the restored server says when everything has ended again. */
export interface RestoreFacts {
  readonly backupBeganAtMs: number;
  /** In the order in which they were acknowledged. */
  readonly acknowledged: readonly AcknowledgedRun[];
  /** Keys that got no answer before the kill: nobody knows whether there is a run. */
  readonly unanswered: readonly string[];
  /** The keys that flows wrote down when they started, one for each start. */
  readonly started: readonly string[];
  /** By run id, as the server shows it. */
  readonly kept: ReadonlyMap<string, { readonly state: string }>;
  /** The recovery's listing of runs that only journals know. */
  readonly named: readonly { readonly runId: string; readonly outcome: string | null }[];
}

const ended = new Set(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain']);

export function accountForRestore(facts: RestoreFacts) {
  const { acknowledged, kept, started, backupBeganAtMs } = facts;
  const starts = new Map<string, number>();
  for (const key of started) starts.set(key, (starts.get(key) ?? 0) + 1);
  const startsOf = ({ key }: AcknowledgedRun): number => starts.get(key) ?? 0;
  const named = new Map(facts.named.map((run) => [run.runId, run]));
  const gone = acknowledged.filter(({ runId }) => !kept.has(runId));
  const firstGone = acknowledged.findIndex(({ runId }) => !kept.has(runId));
  const afterAGap = firstGone < 0 ? [] : acknowledged.slice(firstGone).filter(({ runId }) => kept.has(runId));
  const wrong = [
    ...gone
      .filter(({ acknowledgedAtMs }) => acknowledgedAtMs < backupBeganAtMs)
      .map(({ key }) => `${key} was acknowledged before the backup began, and is gone`),
    ...afterAGap.map(({ key }) => `${key} is there, and one that was acknowledged before it is not`),
    ...[...starts].filter(([, count]) => count > 1).map(([key, count]) => `${key} started ${count} times`),
    ...gone
      .filter((run) => startsOf(run) > 0 && !named.has(run.runId))
      .map(({ key }) => `${key} started since the backup, and no journal names it`),
    ...acknowledged.flatMap((run) => wrongEnd(run, startsOf(run), kept.get(run.runId), named.get(run.runId))),
    ...strangers(facts, starts),
  ];
  const counts = {
    acknowledgedBefore: acknowledged.filter(({ acknowledgedAtMs }) => acknowledgedAtMs < backupBeganAtMs).length,
    acknowledgedSince: acknowledged.filter(({ acknowledgedAtMs }) => acknowledgedAtMs >= backupBeganAtMs).length,
    kept: acknowledged.length - gone.length,
    named: gone.filter(({ runId }) => named.has(runId)).length,
    // No gateway was ever given them, so nobody is left who could know of them but whoever submitted them.
    goneAndNeverStarted: gone.filter((run) => startsOf(run) === 0 && !named.has(run.runId)).length,
  };
  return { wrong, counts };
}

function wrongEnd(
  { key }: AcknowledgedRun,
  starts: number,
  kept: { readonly state: string } | undefined,
  named: { readonly outcome: string | null } | undefined,
): readonly string[] {
  if (kept && !ended.has(kept.state)) return [`${key} never ended: it is ${kept.state}`];
  if (kept?.state === 'succeeded' && starts !== 1) return [`${key} succeeded, and its flow started ${starts} times`];
  if (kept && named) return [`${key} is there, and is named as if it were not`];
  if (named?.outcome === 'succeeded' && starts !== 1)
    return [`${key} is said to have succeeded, and its flow started ${starts} times`];
  return [];
}

/** Runs and starts that belong to nothing that was acknowledged; each submit without an answer may be one of them. */
function strangers(
  { acknowledged, unanswered, kept, named }: RestoreFacts,
  starts: ReadonlyMap<string, number>,
): readonly string[] {
  const ours = new Set(acknowledged.map(({ runId }) => runId));
  const keys = new Set([...acknowledged.map(({ key }) => key), ...unanswered]);
  const unknown = [...kept.keys(), ...named.map(({ runId }) => runId)].filter((runId) => !ours.has(runId));
  return [
    ...(unknown.length > unanswered.length ? [`nobody was told of the runs ${unknown.join(', ')}`] : []),
    ...[...starts.keys()].filter((key) => !keys.has(key)).map((key) => `${key} started, and nobody was told of it`),
  ];
}
