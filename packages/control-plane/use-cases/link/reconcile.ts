import { assertNever, type GatewayId, type RunId } from '@deskhand/domain/brand.ts';
import {
  type AttemptPhase,
  type HeldAttempt,
  judgeAttempt,
  type ReconcileDecision,
  type ReconcileVerdict,
  reconcile,
} from '@deskhand/domain/run/start-once.ts';
import type { AttemptReport, GatewayPhase, reconcileDecisions } from '@deskhand/protocol/link/messages.ts';
import type { AttemptOf, StoredAttempt } from '../../ports/gateway-links.ts';
import { type LinkPorts, type OpenLink, runChanged } from './link-ports.ts';
import { type BeginningLink, quarantineWhenBehind } from './quarantine.ts';
import { uncertain } from './uncertain.ts';

type Decision = (typeof reconcileDecisions)[number];
export interface AnsweredAttempt {
  readonly runId: string;
  readonly attempt: number;
  readonly decision: Decision;
}

const phases = {
  accepted: 'accepted',
  signingIn: 'signingIn',
  downloading: 'downloading',
  running: 'running',
  // The flow is over and the session is being signed out: still this attempt's machine.
  ending: 'running',
  ended: 'ended',
} as const satisfies Record<GatewayPhase, AttemptPhase>;

/**
 * Every link begins here (§7.3): what the gateway's journal says is put beside what the server holds, the domain judges
 * each pair, and each verdict is carried out before the link carries work. Undefined for a copy of the machine or one that
 * was set back: it is quarantined, and nothing is carried out.
 */
export async function reconcileLink(
  ports: LinkPorts,
  link: BeginningLink,
  reports: readonly AttemptReport[],
): Promise<readonly AnsweredAttempt[] | undefined> {
  const stored = await storedFor(ports, link, reports);
  if (await quarantineWhenBehind(ports, link, stored.values())) return undefined;
  const answers: AnsweredAttempt[] = [];
  const judged = byJournal(stored, reports, link).flatMap((one) => reconcile(one.held, one.reported, one.sameJournal));
  for (const { runId, attempt, verdict } of takenLast(judged)) {
    const report = reports.find((one) => one.runId === runId && one.attempt === attempt);
    const decision = await carryOut(ports, link, { verdict, runId, attempt, report, stored: stored.get(runId) });
    if (report !== undefined) answers.push({ runId, attempt, decision });
  }
  return answers;
}

/** What a restored database believes to be in hand may hold the account of what the journal says is: it is let go first. */
function takenLast(judged: readonly ReconcileDecision[]): readonly ReconcileDecision[] {
  const isTaken = ({ verdict }: ReconcileDecision): boolean => verdict === 'take-journal-state';
  return [...judged.filter((one) => !isTaken(one)), ...judged.filter(isTaken)];
}

/**
 * Attempts that the gateway settled long ago and a restored database knows nothing of: only they are judged, because
 * what the journal's other pages hold is not absent. The oldest first, so that an account is free before its next run.
 * False when something of the database's still holds an account: what that is, is judged when the link reconciles, and the
 * journal has to be told once more.
 */
export async function adoptSettled(
  ports: LinkPorts,
  link: OpenLink,
  stored: ReadonlyMap<string, StoredAttempt>,
  reports: readonly AttemptReport[],
): Promise<boolean> {
  let isWhole = true;
  for (const report of reports) {
    const one = stored.get(report.runId);
    if (one === undefined) continue;
    const phase = phases[report.phase];
    const { runId, attempt } = { runId: one.runId, attempt: report.attempt };
    const verdict = reconcile([heldOf(one, link)], [{ runId, attempt, phase }], true)[0]?.verdict ?? 'nothing';
    if (verdict === 'take-journal-state') {
      if (!(await adoptEnded(ports, link, runId, report))) isWhole = false;
      continue;
    }
    await carryOut(
      ports,
      { ...link, journalPosition: null, journalKnows: null },
      { verdict, runId, attempt, report, stored: one },
    );
  }
  return isWhole;
}

/** Of an attempt that is over on the machine; false when something is in its way. */
async function adoptEnded(ports: LinkPorts, link: OpenLink, runId: RunId, report: AttemptReport): Promise<boolean> {
  const of = attemptOf(link, runId, report.attempt);
  const did = await ports.store.takeJournalState(of, link.journalId, true);
  if (did === 'in-the-way') return false;
  if (did === 'not-taken') return true;
  if (report.result === null)
    await ports.store.lose(of, uncertain('The journal of its gateway does not tell how it ended.'), {
      holdsMachine: false,
    });
  else await ports.store.end(of, report.result);
  runChanged(ports, link, runId);
  return true;
}

/** What the server holds for this gateway, and every run that it names. */
async function storedFor(
  { store }: LinkPorts,
  link: OpenLink,
  reports: readonly AttemptReport[],
): Promise<ReadonlyMap<string, StoredAttempt>> {
  const [held, named] = await Promise.all([
    store.heldBy(link.gatewayId),
    store.stored(reports.map((report) => report.runId)),
  ]);
  return new Map([...named, ...held].map((one) => [one.runId, one]));
}

const heldOf = (stored: StoredAttempt, { gatewayId }: OpenLink): HeldAttempt => ({
  ...stored,
  isElsewhere: stored.state !== 'queued' && stored.gatewayId !== gatewayId,
});

interface JournalGroup {
  readonly held: readonly HeldAttempt[];
  readonly reported: readonly { readonly runId: RunId; readonly attempt: number; readonly phase: AttemptPhase }[];
  readonly sameJournal: boolean;
}

/** Attempts that were acquired with another journal are judged apart: absence from this one proves nothing about them. */
function byJournal(
  stored: ReadonlyMap<string, StoredAttempt>,
  reports: readonly AttemptReport[],
  link: OpenLink,
): readonly JournalGroup[] {
  const isOther = (one: StoredAttempt | undefined): boolean =>
    one?.journalId != null && one.journalId !== link.journalId;
  const group = (sameJournal: boolean): JournalGroup => ({
    sameJournal,
    held: [...stored.values()].filter((one) => isOther(one) !== sameJournal).map((one) => heldOf(one, link)),
    reported: reports
      .filter((report) => isOther(stored.get(report.runId)) !== sameJournal)
      .map((report) => ({ runId: report.runId as RunId, attempt: report.attempt, phase: phases[report.phase] })),
  });
  return [group(true), group(false)];
}

interface Judged {
  readonly verdict: ReconcileVerdict;
  readonly runId: RunId;
  readonly attempt: number;
  readonly report: AttemptReport | undefined;
  readonly stored: StoredAttempt | undefined;
}

async function carryOut(ports: LinkPorts, link: BeginningLink, judged: Judged): Promise<Decision> {
  const { verdict, runId, attempt, report, stored } = judged;
  const of = attemptOf(link, runId, attempt);
  const { store } = ports;
  switch (verdict) {
    case 'go-on':
      await catchUp(ports, of, report);
      return 'go-on';
    case 'cancel':
      await catchUp(ports, of, report);
      return 'cancel';
    case 'end':
    case 'stale':
    case 'unknown-to-server':
      return dropped(report?.phase);
    case 'nothing':
      return 'forget';
    case 'acknowledge':
      return 'forget';
    case 'adopt-result':
    case 'keep-late-report':
      return await takeResult(ports, link, of, report);
    case 'take-journal-state':
      return await takeJournal(ports, link, of, report);
    case 'withdraw':
      if ((await store.returnOffer(of, 'withdraw', 'The link began anew before the offer was answered')) === undefined)
        return await judgeAgain(ports, link, judged);
      break;
    case 'release':
    case 'confirm-cancel':
      await store.release(of, 'Not in the gateway’s journal: it was never started');
      break;
    case 'mark-uncertain':
      await store.lose(of, uncertain('The journal of its gateway does not tell what became of it.'), {
        holdsMachine: isAlive(report),
      });
      break;
    case 'settle':
      await store.settle(of);
      break;
    default:
      return assertNever(verdict);
  }
  if (stored !== undefined) runChanged(ports, link, runId);
  return dropped(report?.phase);
}

/**
 * The offer is none any more: an acquire over the older link was still being carried out when this one began, perhaps by
 * another server. The gateway has let it go, so what the acquire made of the run is judged in its place.
 */
async function judgeAgain(ports: LinkPorts, link: BeginningLink, judged: Judged): Promise<Decision> {
  const [stored] = await ports.store.stored([judged.runId]);
  if (stored === undefined || stored.attempt !== judged.attempt || stored.gatewayId !== link.gatewayId)
    return dropped(judged.report?.phase);
  // A quarantined gateway's link is not opened, so what becomes of the other attempts is told to nobody.
  if (await quarantineWhenBehind(ports, link, [stored])) return dropped(judged.report?.phase);
  const phase = judged.report === undefined ? 'absent' : phases[judged.report.phase];
  const verdict = judgeAttempt(stored, phase, stored.journalId === link.journalId);
  return verdict === 'withdraw'
    ? dropped(judged.report?.phase)
    : await carryOut(ports, link, { ...judged, verdict, stored });
}

const attemptOf = ({ gatewayId, linkNumber }: OpenLink, runId: RunId, attempt: number): AttemptOf => ({
  runId,
  attempt,
  gatewayId: gatewayId as GatewayId,
  linkNumber,
});

/** What the gateway is to do with an attempt that the server does not want. */
function dropped(phase: GatewayPhase | undefined): Decision {
  return phase === undefined || phase === 'ended' ? 'forget' : 'end';
}

function isAlive(report: AttemptReport | undefined): boolean {
  return report !== undefined && report.phase !== 'ended' && report.phase !== 'accepted';
}

/** A phase that was reached while the link was down. */
async function catchUp({ store, changes }: LinkPorts, of: AttemptOf, report: AttemptReport | undefined): Promise<void> {
  const phase = report?.phase === 'ending' ? 'running' : report?.phase;
  if (phase !== 'downloading' && phase !== 'running') return;
  if (await store.setPhase(of, phase, Number.MAX_SAFE_INTEGER / 1_000_000))
    changes.publish({ kind: 'run', runId: of.runId });
}

async function takeResult(
  ports: LinkPorts,
  link: OpenLink,
  of: AttemptOf,
  report: AttemptReport | undefined,
): Promise<Decision> {
  if (report?.result == null) return 'send-result';
  await ports.store.end(of, report.result);
  runChanged(ports, link, of.runId);
  return 'forget';
}

async function takeJournal(
  ports: LinkPorts,
  link: OpenLink,
  of: AttemptOf,
  report: AttemptReport | undefined,
): Promise<Decision> {
  const phase = report?.phase ?? 'accepted';
  const isRunning = phase === 'running' || phase === 'ending' || phase === 'ended';
  const did = await ports.store.takeJournalState(of, link.journalId, isRunning);
  if (did === 'in-the-way') throw new Error(`Another run holds the account of ${of.runId} on gateway ${of.gatewayId}.`);
  if (did === 'not-taken') return dropped(phase);
  runChanged(ports, link, of.runId);
  return phase === 'ended' ? await takeResult(ports, link, of, report) : 'go-on';
}
