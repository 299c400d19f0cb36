import type { RunInHand } from '../run-queue/snapshot.ts';
import type { MachineFacts, MachinePolicy } from '../session/machine.ts';
import { peoplesSessions } from '../session/session-rules.ts';

/** What Deskhand holds on one machine. */
export interface Holdings {
  /** Slots that Deskhand's own runs and unfinished sign-outs take. */
  readonly slotsHeld: number;
  /** Sessions of people that stand against the same limit. */
  readonly slotsOfPeople: number;
  /** Accounts that a run of ours or its unfinished sign-out still uses (S40). */
  readonly busyUsers: ReadonlySet<string>;
}

/**
 * Whether a run takes one of the machine's slots. An attended run uses the session its person already has, so on
 * machines that hold several sessions it takes none; where there is only one slot, every run takes it.
 */
export function takesSlot(policy: MachinePolicy, mode: RunInHand['mode']): boolean {
  return mode === 'unattended' || policy === 'single-session' || policy === 'virtual';
}

/** Counts offered, starting and running runs together with the sessions of ours whose sign-out is not complete. */
export function holdingsOf(
  policy: MachinePolicy,
  facts: Pick<MachineFacts, 'sessions'>,
  inHand: readonly Pick<RunInHand, 'id' | 'user' | 'mode'>[],
): Holdings {
  const heldRuns = new Set<string>(inHand.map((run) => run.id));
  const leftovers = facts.sessions.filter(
    (session) => session.ours && isHeld(session.runId, policy) && !heldRuns.has(session.runId ?? ''),
  );
  const running = inHand.filter((run) => takesSlot(policy, run.mode));
  // On one-slot machines people's sessions are a matter of the session rules, not of capacity.
  const counted = policy === 'multi-session' || policy === 'linux';
  return {
    slotsHeld: running.length + leftovers.length,
    slotsOfPeople: counted ? peoplesSessions(facts.sessions).length : 0,
    busyUsers: new Set([...inHand.map((run) => run.user), ...leftovers.map((session) => session.user)]),
  };
}

/** The open session of a `virtual` machine serves attended runs and is nobody's leftover. */
function isHeld(runId: string | null, policy: MachinePolicy): boolean {
  return runId !== null || policy !== 'virtual';
}
