import type { RunResult } from '@deskhand/protocol/link/messages.ts';
import type { RunnerResult } from '@deskhand/protocol/runner.ts';
import type { AttemptFacts, AttemptRecord, EndCause } from '../ports/journal.ts';
import type { RunnerChannel } from '../ports/runner-channels.ts';
import type { HostedSession } from '../ports/session-host.ts';
import type { Courier } from './courier.ts';
import type { Core } from './core.ts';

/** How an attempt ends, before it is known how long each phase took. */
export type Ending = Omit<RunResult, 'phasesMs'>;

/** One attempt while the gateway works on it: its open session, runner and messages on the way. */
export interface AttemptInHand {
  readonly facts: AttemptFacts;
  /** Aborted when the attempt is to end early; what it was is in the record's `endWanted`. */
  readonly ending: AbortController;
  readonly courier: Courier;
  session: HostedSession | undefined;
  channel: RunnerChannel | undefined;
  /** By the boot clock; for the progress that is told beside liveness. */
  lastActionAtMs: number | undefined;
  /** Set while a runner is supervised. */
  onResult: ((result: RunnerResult) => void) | undefined;
  onRunning: (() => void) | undefined;
  /** Resolves when sign-out is complete and the result waits for the server only. */
  finished: Promise<void>;
}

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

export const nameOf = (facts: { readonly runId: string; readonly attempt: number }) => ({
  runId: facts.runId,
  attempt: facts.attempt,
});

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
