import { assertNever } from '@deskhand/domain/brand.ts';
import {
  type AttemptReport,
  JOURNAL_ENTRIES_PER_PAGE_MAX,
  type JournalEntryReport,
} from '@deskhand/protocol/link/messages.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { Reconciliation, ReconcileDecision, ServerMemory } from '../ports/link.ts';
import { wantEnd } from './attempt-in-hand.ts';
import { keyOf } from './attempt-record.ts';
import type { Core } from './core.ts';
import { reportFacts, tellFacts } from './tell-facts.ts';

export const RECONCILE_ATTEMPTS_MAX = 10_000;
/** Small results go with the report; larger ones follow by themselves. */
export const REPORTED_RESULT_BYTES_MAX = 2_000;

/** A page, or all results in one report, stay far below what one message may hold. */
export const JOURNAL_PAGE_BYTES_MAX = 2_000_000;

/**
 * Everything this gateway has to say at the beginning of a link: all that is unsettled, and all of it to a server that was
 * restored and does not ask for the journal by itself.
 */
export function reportAttempts(core: Core, server: ServerMemory): Reconciliation {
  // What was acquired on the link before and never confirmed is not in the journal: the server queues it again.
  core.acquiring.clear();
  const records = server.wasRestored && !server.hasJournal ? core.book.all() : core.book.unsettled();
  // After a restore what is over must be over there too, before what followed it on its account can be taken over.
  const eachMax = server.hasJournal ? JOURNAL_PAGE_BYTES_MAX : REPORTED_RESULT_BYTES_MAX;
  let left = JOURNAL_PAGE_BYTES_MAX;
  const attempts = records.slice(-RECONCILE_ATTEMPTS_MAX).map((record) => {
    const report = reportOf(core, record, Math.min(eachMax, left));
    if (report.result !== null) left -= JSON.stringify(report.result).length;
    return report;
  });
  const asked = core.book.asked().slice(-RECONCILE_ATTEMPTS_MAX);
  return { attempts, asked, facts: reportFacts(core), journalPosition: positionToTell(core) };
}

/**
 * Until a server has seen what was found at opening, that is what counts: entries of a program that began on an older
 * copy would hide what the copy lacks.
 */
export function positionToTell({ journal, wasReconciled }: Core): number {
  return wasReconciled ? journal.position() : journal.positionAtOpening;
}

function reportOf(core: Core, record: AttemptRecord, resultBytesMax: number): AttemptReport {
  const { runId, attempt } = record.facts;
  const isEnded = record.phase === 'ended' && record.result !== null;
  const result = isEnded && record.result ? { ...record.result, phasesMs: { ...record.phasesMs } } : null;
  const isSmall = result !== null && JSON.stringify(result).length <= resultBytesMax;
  return {
    runId,
    attempt,
    phase: record.phase,
    result: isSmall ? result : null,
    lastLogSeqAcked: core.inHand.get(keyOf(record.facts))?.courier.ackedSeq() ?? 0,
  };
}

/** The whole journal with the names of its runs, for a server that was set back in time (DESIGN §7.6). */
export function journalPages(core: Core): readonly (readonly JournalEntryReport[])[] {
  const pages: JournalEntryReport[][] = [];
  let bytes = JOURNAL_PAGE_BYTES_MAX;
  for (const record of core.book.all()) {
    const entry = entryOf(record);
    bytes += JSON.stringify(entry).length;
    const page = pages.at(-1);
    if (page === undefined || bytes > JOURNAL_PAGE_BYTES_MAX || page.length >= JOURNAL_ENTRIES_PER_PAGE_MAX) {
      pages.push([entry]);
      bytes = 0;
    } else page.push(entry);
  }
  return pages;
}

function entryOf({ facts, startedAtMs, phase, phasesMs, result, settled }: AttemptRecord): JournalEntryReport {
  const { runId, attempt, flowName, mode, accountName, requestedBy } = facts;
  // Outputs go with the result itself; once it was acknowledged the journal does not hold them any more.
  const end = result === null ? null : { ...result, outputs: {}, phasesMs: { ...phasesMs } };
  const names = { runId, attempt, flowName, mode, accountName, requestedBy, startedAtMs };
  return { ...names, phase, result: end, isSettled: settled !== null };
}

export function obeyDecisions(core: Core, decisions: readonly ReconcileDecision[]): void {
  core.wasReconciled = true;
  tellFacts(core);
  // What it asked for over older links is settled: the server has given it up, or would have told of it.
  for (const of of core.book.asked()) core.book.note({ type: 'settled', ...of, because: 'forgotten' });
  for (const attempt of core.inHand.values()) attempt.courier.linkIsNew();
  for (const decision of decisions) obey(core, decision);
  for (const attempt of core.inHand.values()) attempt.courier.pump();
}

function obey(core: Core, { runId, attempt, decision }: ReconcileDecision): void {
  const inHand = core.inHand.get(keyOf({ runId, attempt }));
  if (inHand === undefined) return;
  switch (decision) {
    case 'go-on':
    case 'send-result':
      return;
    case 'cancel':
    case 'end':
      wantEnd(core, inHand, 'cancelled');
      return;
    case 'forget':
      if (core.book.get({ runId, attempt })?.phase === 'ended') {
        // The server took the result from the report; the rest of the log and the screenshots still go to it.
        inHand.courier.resultAcknowledged();
        return;
      }
      wantEnd(core, inHand, 'cancelled');
      inHand.courier.drop('forgotten');
      return;
    default:
      assertNever(decision);
  }
}
