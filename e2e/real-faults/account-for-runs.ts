/** What is known of one run from outside: who asked for it, what the flows wrote down, and how the server says it ended. */
export interface RunAccount {
  /** Given by whoever submitted, before the server knew of the run. */
  readonly key: string;
  readonly acknowledgedAtMs: number;
  readonly requestNumber: number;
  readonly priority: 'high' | 'normal';
  readonly state: string;
  readonly errorCode: string | null;
  readonly firstOfferAtMs: number | null;
}

const ended = new Set(['succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain']);

/** Everything that does not hold, in words; nothing is left out that a run could hide behind. */
export function accountForRuns(
  acknowledged: readonly RunAccount[],
  started: readonly string[],
  listedRuns: number,
): readonly string[] {
  const starts = new Map<string, number>();
  for (const key of started) starts.set(key, (starts.get(key) ?? 0) + 1);
  const known = new Set(acknowledged.map(({ key }) => key));
  return [
    ...(listedRuns === acknowledged.length
      ? []
      : [`${acknowledged.length} runs were acknowledged, and the server lists ${listedRuns}`]),
    ...[...starts].filter(([key]) => !known.has(key)).map(([key]) => `${key} started, and nobody was told of it`),
    ...[...starts].filter(([, count]) => count > 1).map(([key, count]) => `${key} started ${count} times`),
    ...acknowledged.flatMap((run) => wrongEnd(run, starts.get(run.key) ?? 0)),
    ...wrongOrder(acknowledged),
  ];
}

function wrongEnd({ key, state, errorCode }: RunAccount, starts: number): readonly string[] {
  if (!ended.has(state)) return [`${key} never ended: it is ${state}`];
  if (state === 'succeeded' && starts !== 1) return [`${key} succeeded, and its flow started ${starts} times`];
  if (state === 'cancelled') return [`${key} was cancelled, and nobody asked for it`];
  if (errorCode === 'NoCandidateMachine' && starts > 0) return [`${key} started, and is said to have found no machine`];
  return [];
}

/**
 * A run that was acknowledged before another one was first offered, and stands before it in the queue, is offered first:
 * all of them could start in the same places, and none had been declined yet.
 */
function wrongOrder(runs: readonly RunAccount[]): readonly string[] {
  const offered = runs
    .filter((run): run is RunAccount & { firstOfferAtMs: number } => run.firstOfferAtMs !== null)
    .sort((a, b) => a.firstOfferAtMs - b.firstOfferAtMs);
  return offered.flatMap((later, index) =>
    offered
      .slice(0, index)
      .filter(({ firstOfferAtMs }) => later.acknowledgedAtMs < firstOfferAtMs && firstOfferAtMs < later.firstOfferAtMs)
      .filter((earlier) => standsBefore(later, earlier))
      .map((earlier) => `${earlier.key} was offered before ${later.key}, which stood before it`),
  );
}

const standsBefore = (one: RunAccount, other: RunAccount): boolean =>
  one.priority === other.priority ? one.requestNumber < other.requestNumber : one.priority === 'high';
