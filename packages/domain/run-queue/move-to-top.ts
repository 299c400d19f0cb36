import type { RunId } from '../brand.ts';

export interface Move {
  /** The cluster's counter after the move; it never goes back, so a later move always ends above an earlier one. */
  readonly counter: number;
  readonly ranks: readonly { readonly id: RunId; readonly topRank: number }[];
}

/**
 * Moves runs to the top in the order given: the first one named is the first to run (S31). `counter` is the cluster's,
 * read and written under its lock; each run gets a rank of its own. Naming a run twice counts where it is named first.
 */
export function moveToTop(ids: readonly RunId[], counter: number): Move {
  const distinct = [...new Set(ids)];
  const highest = counter + distinct.length;
  return { counter: highest, ranks: distinct.map((id, index) => ({ id, topRank: highest - index })) };
}

/** Undo gives a run its old place back: priority and request number never changed. */
export function undoMove<Run extends { readonly topRank: number | null }>(run: Run): Run & { readonly topRank: null } {
  return { ...run, topRank: null };
}
