import type { SubmitFacts } from '../../ports/runs.ts';

/** What a submission of this flow and connection was judged by last; a run is added by it only while it is still so. */
export interface FactsMemory {
  recall(target: SubmitTargetIds): SubmitFacts | undefined;
  keep(target: SubmitTargetIds, facts: SubmitFacts): void;
}

export interface SubmitTargetIds {
  readonly flowId: string;
  readonly flowVersion: number | null;
  readonly connectionId: string;
}

const FACTS_KEPT_MAX = 2_000;

export function createFactsMemory(): FactsMemory {
  const kept = new Map<string, SubmitFacts>();
  return {
    recall: (target) => kept.get(nameOf(target)),
    keep: (target, facts) => {
      // Somebody's guesses at ids must not push out what is used.
      if (facts.flow === null || facts.connection === null) return;
      if (kept.size >= FACTS_KEPT_MAX) kept.clear();
      // The key belongs to one submit only.
      kept.set(nameOf(target), { ...facts, earlier: null });
    },
  };
}

const nameOf = ({ flowId, flowVersion, connectionId }: SubmitTargetIds): string =>
  JSON.stringify([flowId, flowVersion, connectionId]);
