import type { RunId } from '../brand.ts';

interface AttemptName {
  readonly runId: RunId;
  readonly attempt: number;
}

/** What a gateway's journal says of an attempt; `ended` carries a result, `acknowledged` has been taken by the server. */
export interface JournalEntry extends AttemptName {
  readonly mark: 'accepted' | 'started' | 'ended' | 'acknowledged';
}

/** A runner found alive and proven by cgroup, process start time and secret. */
export type LiveRunner = AttemptName;

export interface Spool extends AttemptName {
  /** The runner fsynced its result before it ended. */
  readonly hasResult: boolean;
  /** The last action whose begin or end is in the spool, for the error `RunnerLost`. */
  readonly lastAction: string | null;
}

export type RestartStep = AttemptName &
  (
    | { readonly do: 'adopt' }
    | { readonly do: 'report'; readonly from: 'journal' | 'spool' }
    | { readonly do: 'runner-lost'; readonly lastAction: string | null }
    /** Acquired, never started: the server may queue it again. */
    | { readonly do: 'release' }
    /** A runner that serves no attempt of ours any more. */
    | { readonly do: 'end-runner' }
    | { readonly do: 'discard-spool' }
  );

const progress = { accepted: 0, started: 1, ended: 2, acknowledged: 3 } as const satisfies Record<
  JournalEntry['mark'],
  number
>;

/**
 * What a gateway does with each attempt after it was started again (§7.3). Live runners are adopted, finished ones
 * reported from what they wrote, and a started attempt without either is lost: never is one started a second time.
 */
export function planAfterRestart(
  journal: readonly JournalEntry[],
  runners: readonly LiveRunner[],
  spools: readonly Spool[],
): readonly RestartStep[] {
  const attempts = furthestMarks(journal);
  const alive = new Map(runners.map((runner) => [keyOf(runner), runner]));
  const spooled = new Map(spools.map((spool) => [keyOf(spool), spool]));
  const known = [...attempts].flatMap(([key, entry]) => stepsOf(entry, alive.has(key), spooled.get(key)));
  const strangers = runners.filter((runner) => !attempts.has(keyOf(runner)));
  const leftovers = spools.filter((spool) => !attempts.has(keyOf(spool)));
  return [
    ...known,
    ...strangers.map((runner): RestartStep => ({ ...nameOf(runner), do: 'end-runner' })),
    ...leftovers.map((spool): RestartStep => ({ ...nameOf(spool), do: 'discard-spool' })),
  ];
}

function stepsOf(entry: JournalEntry, isAlive: boolean, spool: Spool | undefined): readonly RestartStep[] {
  const name = nameOf(entry);
  const endRunner: readonly RestartStep[] = isAlive ? [{ ...name, do: 'end-runner' }] : [];
  switch (entry.mark) {
    case 'accepted':
      // Nothing is spawned before the journal says started, so a runner here serves nobody.
      return [...endRunner, { ...name, do: 'release' }];
    case 'started':
      if (spool?.hasResult === true) return [...endRunner, { ...name, do: 'report', from: 'spool' }];
      if (isAlive) return [{ ...name, do: 'adopt' }];
      return [{ ...name, do: 'runner-lost', lastAction: spool?.lastAction ?? null }];
    case 'ended':
      return [...endRunner, { ...name, do: 'report', from: 'journal' }];
    case 'acknowledged':
      return spool === undefined ? endRunner : [...endRunner, { ...name, do: 'discard-spool' }];
    default:
      return entry.mark satisfies never;
  }
}

/** A journal is appended to; the furthest mark of each attempt counts. */
function furthestMarks(journal: readonly JournalEntry[]): ReadonlyMap<string, JournalEntry> {
  const furthest = new Map<string, JournalEntry>();
  for (const entry of journal) {
    const before = furthest.get(keyOf(entry));
    if (before === undefined || progress[entry.mark] > progress[before.mark]) furthest.set(keyOf(entry), entry);
  }
  return furthest;
}

function keyOf(one: AttemptName): string {
  return `${String(one.attempt)} ${one.runId}`;
}

function nameOf({ runId, attempt }: AttemptName): AttemptName {
  return { runId, attempt };
}
