import type { GatewayId, RunId } from '../../brand.ts';
import { limitOfMember, policyOf } from '../../capacity/session-limit.ts';
import { memberAvailability } from '../../gateway/member-availability.ts';
import { planAndWatch } from '../../run-queue/plan-assignments.ts';
import type { ClusterMember, Plan, QueuedRun, QueueSnapshot, RunClass, WaitCode } from '../../run-queue/snapshot.ts';
import type { SessionFact } from '../machine.ts';
import { type InTheWay, sessionsInTheWay } from './in-the-way.ts';
import {
  ANSWER_WAIT_MS,
  isOpen,
  type NegotiationPolicy,
  LATE_SIGN_OUT_MAX_MS,
  type Question,
  QUESTION_PAUSE_MS,
  type QuestionState,
} from './question.ts';

/** Steps of one look at a cluster; what is left has its turn in the next one. */
export const STEPS_PER_LOOK_MAX = 50;

/** What is known of a cluster when somebody looks whether people are to be asked. */
export interface Negotiation {
  readonly policy: NegotiationPolicy;
  readonly queue: QueueSnapshot;
  /** The plan of that queue: it says why each class waits. */
  readonly plan: Plan;
  /** The runs that it looked at, in the order of their turns: the queue order, or as the cluster's fairness says. */
  readonly turns: readonly RunId[];
  /** Open questions, those of runs that wait, and those of the last pause. */
  readonly questions: readonly Question[];
  /** Members whose gateway knows how to ask. */
  readonly canAsk: ReadonlySet<GatewayId>;
}

export type Step =
  | {
      readonly do: 'ask';
      readonly gatewayId: GatewayId;
      readonly sessionId: string;
      readonly user: string;
      readonly runId: RunId;
    }
  | { readonly do: 'withdraw' | 'expire' | 'leave' | 'order'; readonly question: Question };

/** What asking people needs to know of the plan of a queue. */
export function planToAsk(snapshot: QueueSnapshot, nowMs: number): Pick<Negotiation, 'plan' | 'turns'> {
  const turns: RunId[] = [];
  const plan = planAndWatch({ snapshot, nowMs, random: () => 0 }, ({ id }) => void turns.push(id));
  return { plan, turns };
}

/**
 * Whom to ask now, which questions are over, and who is to be signed out: pure, so that any server carries on what another
 * one began. A run asks on one machine at a time, and there all whose sign-outs it needs together.
 */
export function negotiate(now: Negotiation, nowMs: number): readonly Step[] {
  const endings = now.questions.filter(isOpen).flatMap((question): Step[] => {
    const step = nextOf(question, now, nowMs);
    return step === undefined ? [] : [{ do: step, question }];
  });
  return [...endings, ...newQuestions(now, nowMs)].slice(0, STEPS_PER_LOOK_MAX);
}

type Next = Extract<Step, { readonly question: Question }>['do'];

/** What becomes of an open question, if anything. */
function nextOf(question: Question, now: Negotiation, nowMs: number): Next | undefined {
  const member = now.queue.members.find((one) => one.gatewayId === question.gatewayId);
  if (member === undefined) return 'withdraw';
  if (isAway(member)) return nextWhileAway(question, now, nowMs);
  if (!hasSession(member, question)) return 'leave';
  if (!isStillNeeded(question, member, now)) return 'withdraw';
  if (question.state === 'asked') return isUnanswered(question, nowMs) ? 'expire' : undefined;
  const inTheWay = inTheWayFor(question, member, now);
  if (isLate(question, nowMs) && (inTheWay?.needed ?? 1) === 1) return 'withdraw';
  return question.state === 'agreed' && isDue(question, member, now, nowMs) ? 'order' : undefined;
}

/** A link that broke comes again, so what is under way there stands; but a promise is not kept at any later time. */
function nextWhileAway(question: Question, now: Negotiation, nowMs: number): Next | undefined {
  if (!question.runWaits || now.policy === 'off') return 'withdraw';
  if (question.state === 'asked') return isUnanswered(question, nowMs) ? 'expire' : undefined;
  return question.state === 'agreed' && isLate(question, nowMs) ? 'withdraw' : undefined;
}

function isAway(member: ClusterMember): boolean {
  const standing = memberAvailability(member);
  return member.facts === null || (!standing.ok && standing.because.code === 'gateway-offline');
}

const isUnanswered = ({ askedAtMs }: Question, nowMs: number): boolean => nowMs - askedAtMs >= ANSWER_WAIT_MS;
const isLate = ({ signOutAtMs }: Question, nowMs: number): boolean =>
  signOutAtMs !== null && nowMs - signOutAtMs > LATE_SIGN_OUT_MAX_MS;

const hasSession = ({ facts }: ClusterMember, { sessionId, user }: Question): boolean =>
  facts?.sessions.some((session) => session.id === sessionId && session.user === user && !session.ours) ?? false;

function isStillNeeded(question: Question, member: ClusterMember, now: Negotiation): boolean {
  if (now.policy === 'off' || !question.runWaits || !memberAvailability(member).ok) return false;
  // Further back in a long line than anybody reads: it waits as before.
  if (classOf(question.runId, now) === undefined) return true;
  const inTheWay = inTheWayFor(question, member, now);
  if (inTheWay?.sessions.some((session) => isOf(question, session)) !== true) return false;
  return willingOf(question.runId, member, inTheWay, now).length >= inTheWay.needed;
}

/** The moment has come, all whose sign-outs are needed have agreed, and no run is using the session. */
function isDue(question: Question, member: ClusterMember, now: Negotiation, nowMs: number): boolean {
  const { signOutAtMs, user } = question;
  if (signOutAtMs === null || nowMs < signOutAtMs || isUsedByRun(member, user, now)) return false;
  const inTheWay = inTheWayFor(question, member, now);
  if (inTheWay === undefined) return false;
  const agreed = openAt(member, inTheWay, now).filter(({ state }) => state !== 'asked');
  return agreed.length >= inTheWay.needed;
}

/** The first waiting runs of their classes in the order of their turns, each with the machine on which asking could help. */
function newQuestions(now: Negotiation, nowMs: number): readonly Step[] {
  if (now.policy === 'off') return [];
  const taken = new Set<string>();
  return headsOf(now).flatMap(({ run, runClass }) => {
    const under = now.questions.find((question) => isOpen(question) && question.runId === run.id);
    const members = membersToAsk(runClass, now).filter(
      (member) => under === undefined || member.gatewayId === under.gatewayId,
    );
    for (const member of members) {
      const people = whomToAsk(run.id, member, runClass, now, nowMs).filter(
        (session) => !taken.has(keyOf(member.gatewayId, session.id)),
      );
      if (people.length === 0) continue;
      for (const session of people) taken.add(keyOf(member.gatewayId, session.id));
      return people.map(({ id: sessionId, user }): Step => {
        return { do: 'ask', gatewayId: member.gatewayId, sessionId, user, runId: run.id };
      });
    }
    return [];
  });
}

interface Head {
  readonly run: QueuedRun;
  readonly runClass: RunClass;
}

/** A plan looks at the runs of a class until one of them has to wait. */
function headsOf({ queue, plan, turns }: Negotiation): readonly Head[] {
  const settled = new Set([...plan.offers, ...plan.refusals].map(({ runId }) => runId));
  const waiting = new Set(plan.waiting.filter((one) => !one.refuse).map((one) => one.classKey));
  const heads = new Map(
    queue.classes
      // Nobody gives up a session for a try whether a machine is well.
      .filter((runClass) => waiting.has(runClass.key) && runClass.canaryOf === undefined)
      .flatMap((runClass) => runClass.heads.map((run) => [run.id, { run, runClass }])),
  );
  return turns.filter((runId) => !settled.has(runId)).flatMap((runId) => heads.get(runId) ?? []);
}

/** What a person's sign-out can change. Rules about slots, accounts and add-ons come before these in a member's answer. */
export const helpfulCodes: ReadonlySet<WaitCode> = new Set([
  'session-exists-single',
  'session-exists-multi',
  'cannot-create-session',
]);

/** Members that refuse the class by nothing but a person's session; first those where somebody is likely to answer. */
function membersToAsk(runClass: RunClass, { queue, plan, canAsk }: Negotiation): readonly ClusterMember[] {
  const answers = plan.waiting.find((one) => one.classKey === runClass.key)?.because ?? [];
  const refusing = new Set(
    answers.filter(({ because }) => helpfulCodes.has(because.code)).map(({ gatewayId }) => gatewayId),
  );
  return queue.members
    .filter((member) => refusing.has(member.gatewayId) && canAsk.has(member.gatewayId))
    .toSorted((a, b) => Number(isAllLocked(a)) - Number(isAllLocked(b)) || a.order - b.order);
}

const isAllLocked = ({ facts }: ClusterMember): boolean =>
  facts?.sessions.every((session) => session.ours || session.locked !== false) ?? true;

/** Of the sessions in the way as many as have to be asked yet; nobody where even all of them would not do. */
function whomToAsk(
  runId: RunId,
  member: ClusterMember,
  runClass: RunClass,
  now: Negotiation,
  nowMs: number,
): readonly SessionFact[] {
  const inTheWay = inTheWayOf(member, runClass);
  if (inTheWay === undefined) return [];
  const missing = inTheWay.needed - openAt(member, inTheWay, now).length;
  const free = willingOf(runId, member, inTheWay, now).filter(
    (session) => !isUsedByRun(member, session.user, now) && !askedLately(member, session, now.questions, nowMs),
  );
  return missing > 0 && free.length >= missing ? free.slice(0, missing) : [];
}

/** Those who have not said no for this run; who gave no answer counts as that too where people are asked once. */
function willingOf(
  runId: RunId,
  member: ClusterMember,
  { sessions }: InTheWay,
  { questions, policy }: Negotiation,
): readonly SessionFact[] {
  const ends = policy === 'ask-once' ? refusedOnce : refused;
  return sessions.filter(
    (session) => !questions.some((one) => one.runId === runId && isAbout(one, member, session) && ends.has(one.state)),
  );
}

/** Open questions about the sessions that are in the way there, for whatever run they were asked. */
function openAt({ gatewayId }: ClusterMember, { sessions }: InTheWay, { questions }: Negotiation): readonly Question[] {
  return questions.filter(
    (one) => isOpen(one) && one.gatewayId === gatewayId && sessions.some((session) => isOf(one, session)),
  );
}

const inTheWayFor = (question: Question, member: ClusterMember, now: Negotiation): InTheWay | undefined => {
  const runClass = classOf(question.runId, now);
  return runClass && inTheWayOf(member, runClass);
};

function inTheWayOf(member: ClusterMember, runClass: RunClass): InTheWay | undefined {
  const { facts } = member;
  if (facts === null) return undefined;
  return sessionsInTheWay({ policy: policyOf(member, facts), facts, limit: limitOfMember(member, facts) }, runClass);
}

/** An attended run works in the person's own session: as long as it does, nobody signs that out for another run. */
const isUsedByRun = ({ gatewayId }: ClusterMember, user: string, { queue }: Negotiation): boolean =>
  queue.inHand.some((run) => run.gatewayId === gatewayId && run.user === user);

const isOf = (question: Question, session: SessionFact): boolean => question.sessionId === session.id;
const isAbout = (question: Question, { gatewayId }: ClusterMember, session: SessionFact): boolean =>
  question.gatewayId === gatewayId && isOf(question, session);

/** A clock that was set back lengthens the pause and never shortens it. */
function askedLately(
  member: ClusterMember,
  session: SessionFact,
  questions: readonly Question[],
  nowMs: number,
): boolean {
  return questions.some(
    (one) => isAbout(one, member, session) && (isOpen(one) || nowMs - one.askedAtMs < QUESTION_PAUSE_MS),
  );
}

/** Whoever said no for a run, or could not be signed out for it, is not asked for it again. */
const refused: ReadonlySet<QuestionState> = new Set(['declined', 'failed']);
const refusedOnce: ReadonlySet<QuestionState> = new Set([...refused, 'unanswered']);

const classOf = (runId: RunId, { queue }: Negotiation): RunClass | undefined =>
  queue.classes.find((runClass) => runClass.heads.some((head) => head.id === runId));
const keyOf = (gatewayId: GatewayId, sessionId: string): string => `${gatewayId} ${sessionId}`;
