import type { AttemptReport, JournalEntryReport, RunResult } from '@deskhand/protocol/link/messages.ts';
import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import type { StoredAttempt } from '../../ports/gateway-links.ts';
import type { NamedAttempt } from '../../ports/recovery.ts';
import type { LinkPorts, OpenLink } from './link-ports.ts';
import { adoptSettled } from './reconcile.ts';

/** A gateway has seen more than this database holds: nothing more is offered before everybody has reported (§7.6). */
export async function beginRecovery({ recovery, newEpoch, changes }: LinkPorts, shownBy: string): Promise<void> {
  const cause = { because: 'set-back', backupTakenAt: null, shownBy } as const;
  const detail = { because: `The gateway ${shownBy} has seen more of this database than it holds.` };
  const audit = { actor: 'Deskhand', verb: 'begin-recovery', object: 'installation', detail, origin: 'link' };
  await recovery.begin(cause, newEpoch(), audit);
  changes.publish({ kind: 'reload' });
}

/**
 * One page of a whole journal. What the gateway has settled is carried out here, because it is not part of what it
 * reconciles; the runs that this database never knew are written down by name. False when it has to be told once more.
 */
export async function takeJournal(
  ports: LinkPorts,
  link: OpenLink,
  entries: readonly JournalEntryReport[],
): Promise<boolean> {
  const stored = await nameUnknown(ports, link, entries);
  const settled = entries.filter((entry) => entry.isSettled && entry.phase !== 'accepted');
  return await adoptSettled(ports, link, stored, settled.map(reportOf));
}

const reportOf = ({ runId, attempt, phase, result }: JournalEntryReport): AttemptReport => ({
  runId,
  attempt,
  // Settled without a result: nobody works on it any more, and nobody can say how it ended.
  phase: phase === 'ended' && result === null ? 'running' : phase,
  result,
  lastLogSeqAcked: 0,
});

/** Writes down the runs that this database never knew, or believes to have ended before this attempt of theirs. */
export async function nameUnknown(
  { store, recovery }: LinkPorts,
  link: OpenLink,
  attempts: readonly (AttemptReport | JournalEntryReport)[],
): Promise<ReadonlyMap<string, StoredAttempt>> {
  const rows = await store.stored(attempts.map((one) => one.runId));
  const stored = new Map(rows.map((one) => [one.runId as string, one]));
  const unknown = attempts.filter((one) => isUnknown(stored.get(one.runId), one.attempt));
  await recovery.noteJournalOnly(link.gatewayId, unknown.map(namedOf));
  return stored;
}

const isUnknown = (stored: StoredAttempt | undefined, attempt: number): boolean =>
  stored === undefined || (attempt > stored.attempt && isTerminal(stored.state));

function namedOf(one: AttemptReport | JournalEntryReport): NamedAttempt {
  const { runId, attempt, phase, result } = one;
  const end = { outcome: result?.state ?? null, errorCode: result?.error?.code ?? null };
  if (!('flowName' in one)) return { runId, attempt, phase, ...end };
  const { flowName, mode, accountName, requestedBy, startedAtMs } = one;
  return { runId, attempt, phase, flowName, mode, accountName, requestedBy, startedAtMs, ...end };
}

/** How such a run ended after all, when its gateway comes with the result that nobody here expects. */
export async function noteEndOfUnknown(
  { recovery }: LinkPorts,
  link: OpenLink,
  { runId, attempt, result }: { readonly runId: string; readonly attempt: number; readonly result: RunResult },
): Promise<void> {
  const end = { outcome: result.state, errorCode: result.error?.code ?? null };
  await recovery.noteEnd(link.gatewayId, { runId, attempt, ...end });
}

/** The gateway has told everything that it started. When it was the last one its cluster is offered runs again. */
export async function journalReported({ recovery, changes }: LinkPorts, gatewayId: string): Promise<void> {
  if (await recovery.journalReported(gatewayId)) changes.publish({ kind: 'changed', what: 'settings', id: 'settings' });
}
