/** How far a journal has come. */
export interface JournalAt {
  readonly journalId: string;
  /** How many entries it has ever had on disk; null where nobody has told. */
  readonly position: number | null;
}

/** One attempt that the server gave to a gateway, and what the gateway had told of its journal when it asked for it. */
export interface AskedFor extends JournalAt {
  readonly runId: string;
  readonly attempt: number;
}

export interface PresentedJournal extends JournalAt {
  /** Whether an entry of it names this attempt; null where a gateway of the release before does not say what it asked for. */
  readonly knows: ((of: { readonly runId: string; readonly attempt: number }) => boolean) | null;
}

export type PositionJudgement =
  | { readonly verdict: 'accept' }
  | {
      readonly verdict: 'quarantine';
      readonly because: 'older-journal-position' | 'journal-without-its-question';
      readonly message: string;
    };

/**
 * Whether a journal is the one that was heard of, whole. It lies behind when it has fewer entries than were told of, or
 * does not know that it asked for an attempt that was given to it: entries that a copy wrote since may be as many as
 * those that it lacks, but they are not the same.
 */
export function judgeJournal(
  presented: PresentedJournal,
  heard: JournalAt | null,
  given: readonly AskedFor[],
): PositionJudgement {
  const judged = judgePosition(presented, heard === null ? given : [heard, ...given]);
  if (judged.verdict === 'quarantine' || presented.knows === null) return judged;
  const unknown = given.find(
    (one) => one.journalId === presented.journalId && one.position !== null && presented.knows?.(one) === false,
  );
  if (unknown === undefined) return judged;
  return {
    verdict: 'quarantine',
    because: 'journal-without-its-question',
    message: `The journal of the gateway does not know that it asked for attempt ${String(unknown.attempt)} of run ${unknown.runId}: its machine was cloned or set back.`,
  };
}

/**
 * A journal only grows, and a gateway tells only of what is on disk. One that presents less than was heard of the same
 * journal is a copy of the machine, or the machine was set back (§7.5), also where its link number is still good. What
 * was heard of another journal, and what nobody told, proves nothing.
 */
export function judgePosition(presented: JournalAt, heard: readonly JournalAt[]): PositionJudgement {
  const known = heard.flatMap(({ journalId, position }) =>
    journalId === presented.journalId && position !== null ? [position] : [],
  );
  const highest = Math.max(0, ...known);
  if (presented.position === null || presented.position >= highest) return { verdict: 'accept' };
  return {
    verdict: 'quarantine',
    because: 'older-journal-position',
    message: `The journal of the gateway is at entry ${String(presented.position)}, but it had told of entry ${String(highest)}: its machine was cloned or set back.`,
  };
}
