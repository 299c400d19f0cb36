import type { AttemptFacts, AttemptRecord, EndCause } from '../ports/journal.ts';
import { nameOf } from './attempt-record.ts';
import type { AttemptInHand, Core } from './core.ts';

export function recordOf(core: Core, { facts }: Pick<AttemptInHand, 'facts'>): AttemptRecord {
  const record = core.book.get(facts);
  if (record === undefined) throw new Error(`Attempt ${facts.attempt} of run ${facts.runId} is not in the journal.`);
  return record;
}

export function sinceAcquireMs(core: Core, facts: AttemptFacts): number {
  // After a restart of the machine the two readings have nothing to do with one another.
  if (facts.bootId !== core.clock.bootId) return 0;
  return Math.max(0, core.clock.nowMs() - facts.acquiredAtBootMs);
}

type ToldPhase = 'signingIn' | 'downloading' | 'running';

export function enterPhase(core: Core, attempt: AttemptInHand, phase: ToldPhase | 'ending' | 'ended'): void {
  const about = { ...nameOf(attempt.facts), sinceAcquireMs: sinceAcquireMs(core, attempt.facts) };
  core.book.note({ type: 'phase', phase, ...about });
  if (phase !== 'ending' && phase !== 'ended') core.link.send({ type: 'phase', phase, ...about });
}

/** Asks an attempt to end before its time; the first cause stays. After the result is known nothing can change it. */
export function wantEnd(core: Core, attempt: AttemptInHand, because: EndCause): void {
  const record = recordOf(core, attempt);
  if (record.result !== null || record.endWanted !== null) return;
  core.book.note({ type: 'endWanted', ...nameOf(attempt.facts), because });
  attempt.ending.abort();
}
