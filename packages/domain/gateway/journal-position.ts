/** How far a journal has come. */
export interface JournalAt {
  readonly journalId: string;
  /** How many entries it has ever had on disk; null where nobody has told. */
  readonly position: number | null;
}

export type PositionJudgement =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'quarantine'; readonly because: 'older-journal-position'; readonly message: string };

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
