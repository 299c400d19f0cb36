import type { RunId } from '../brand.ts';
import { foremostOf, reason } from '../placement/reasons.ts';
import { answerOf, type Budget, type ClassInPlan, type StandingAnswer } from './places.ts';
import { byQueueOrder } from './queue-order.ts';
import type { MemberAnswer, QueuedRun, WaitingClass, WaitReason } from './snapshot.ts';

/** Why the runs of a class that are left wait, member by member, once a plan is made. */
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
  const verdict = answerOf(answer, of.runClass, budget);
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
    const verdict = answerOf(answer, of.runClass, budget);
    if (verdict.ok || verdict.because.kind !== 'session-rule') return undefined;
    refusals.push(verdict.because);
  }
  return refusals.length === 0 ? undefined : foremostOf(refusals);
}

/** Everything else would let the run start on this member now. */
function lacksOnlySlot(answer: StandingAnswer, of: ClassInPlan, budget: Budget): boolean {
  if (answer.kind === 'closed' || !answer.session.ok) return false;
  if (budget.addOnsFree === 0 && of.runClass.mode === 'unattended') return false;
  // On a one-slot machine the account is free as soon as the slot is.
  if (answer.place.busyUsers.has(of.runClass.user) && answer.place.machine.limit > 1) return false;
  return answerCode(answer, of, budget) === 'no-free-slot';
}

/** The member is only busy with runs of ours, so the run has its turn there when one of them has finished. */
function waitsForOurRuns(answer: StandingAnswer, of: ClassInPlan, budget: Budget): boolean {
  const code = answerCode(answer, of, budget);
  return code === 'no-free-slot' || code === 'user-busy';
}

function answerCode(answer: StandingAnswer, of: ClassInPlan, budget: Budget): WaitReason['code'] | undefined {
  const verdict = answerOf(answer, of.runClass, budget);
  return verdict.ok ? undefined : verdict.because.code;
}

/**
 * S28: the first waiting run, in queue order, that waits only for a slot. Where there is none, the first that waits for
 * runs of ours to finish, such as the same account's, because that one is next when they have.
 */
export function nextToRun(left: readonly ClassInPlan[], budget: Budget): RunId | null {
  const first = (waits: typeof lacksOnlySlot) =>
    firstInOrder(left.filter((of) => of.standing.some((answer) => waits(answer, of, budget))));
  return (first(lacksOnlySlot) ?? first(waitsForOurRuns))?.id ?? null;
}

function firstInOrder(classes: readonly ClassInPlan[]): QueuedRun | undefined {
  const heads = classes.flatMap((of) => of.runClass.heads.slice(of.settled, of.settled + 1));
  return heads.reduce<QueuedRun | undefined>(
    (best, run) => (best === undefined || byQueueOrder(run, best) < 0 ? run : best),
    undefined,
  );
}
