import type { RunId } from '../brand.ts';
import { foremostOf, reason } from '../placement/reasons.ts';
import { answerOf, type Budget, type ClassInPlan, type StandingAnswer } from './places.ts';
import type { MemberAnswer, QueuedRun, WaitCode, WaitingClass, WaitReason } from './snapshot.ts';

/** Why the runs of a class wait, member by member, as things stand in the plan. */
export function explainClass(of: ClassInPlan, budget: Budget): WaitingClass {
  const because = of.standing.map((answer) => memberAnswer(answer, of, budget));
  return {
    classKey: of.runClass.key,
    because,
    foremost: foremostOf(because.map((answer) => answer.because)),
    refuse: of.runClass.whenSessionBlocked === 'fail' && sessionRefusal(of, budget) !== undefined,
    waitsOnlyForSlot: of.standing.some((answer) => lacksOnlySlot(answer, of, budget)),
  };
}

function memberAnswer(answer: StandingAnswer, of: ClassInPlan, budget: Budget): MemberAnswer {
  const verdict = answerOf(answer, of, budget);
  const { gatewayId, name } = answer.member;
  return { gatewayId, name, because: verdict.ok ? behindEarlierRun : verdict.because };
}

/** A member could take a run of the class, but the snapshot held no more heads: the next plan looks at them. */
const behindEarlierRun = reason(
  'behind-earlier-run',
  'Earlier runs of the same account are being offered first.',
  'Nothing has to be done: it is looked at again at once.',
);

/**
 * The session rule to end a run with, when at least one member may be asked and each that may refuses by a session rule
 * on a free slot (DESIGN §6, fail or wait). One that is full, busy or not ready keeps the run waiting.
 */
export function sessionRefusal(of: ClassInPlan, budget: Budget): WaitReason | undefined {
  const asked = of.standing.filter((answer) => answer.asked);
  const refusals: WaitReason[] = [];
  for (const answer of asked) {
    const verdict = answerOf(answer, of, budget);
    if (verdict.ok || verdict.because.kind !== 'session-rule') return undefined;
    refusals.push(verdict.because);
  }
  return refusals.length === 0 ? undefined : foremostOf(refusals);
}

/** Everything else would let the run start on this member now. */
function lacksOnlySlot(answer: StandingAnswer, of: ClassInPlan, budget: Budget): boolean {
  if (answer.kind === 'closed' || !answer.session.ok) return false;
  if (budget.addOnsFree === 0 && of.runClass.mode === 'unattended') return false;
  // Where one run of ours is all there is, its account is free as soon as its slot is.
  if (answer.place.busyUsers.has(of.runClass.user) && answer.place.slotsHeld > 1) return false;
  const verdict = answerOf(answer, of, budget);
  // A slot that is kept for others is free, and still not for this run.
  return !verdict.ok && (verdict.because.code === 'no-free-slot' || verdict.because.code === 'lane-reserved');
}

/**
 * S28: of classes in the order in which they had to wait, the first run that waits only for a slot. Where there is none, the first that waits for
 * runs of ours to finish, such as the same account's, because that one is next when they have.
 */
export function nextToRun(waited: readonly ClassInPlan[]): RunId | null {
  const waits = waited.flatMap((of) => headThatWaits(of) ?? []);
  const next = waits.find(({ why }) => why.waitsOnlyForSlot) ?? waits.find(({ why }) => waitsForOurRuns(why));
  return next?.run.id ?? null;
}

function headThatWaits(of: ClassInPlan): { readonly run: QueuedRun; readonly why: WaitingClass } | undefined {
  const run = of.runClass.heads[of.settled];
  return run === undefined || of.waiting === null ? undefined : { run, why: of.waiting };
}

function waitsForOurRuns(why: WaitingClass): boolean {
  return why.because.some(({ because: { code } }) => endsWithARun.has(code));
}

const endsWithARun: ReadonlySet<WaitCode> = new Set(['no-free-slot', 'user-busy', 'lane-reserved', 'share-used']);
