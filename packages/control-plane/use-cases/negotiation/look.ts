import type { ClusterId } from '@deskhand/domain/brand.ts';
import { negotiate, planToAsk, type Step } from '@deskhand/domain/session/negotiation/negotiate.ts';
import { isOpen, noticeOf, type QuestionEvent } from '@deskhand/domain/session/negotiation/question.ts';
import { maySay } from '@deskhand/protocol/link/versions.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { GatewayLinks } from '../../ports/gateway-links.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import type { QueueReading, RunQueueStore } from '../../ports/run-queue.ts';
import type {
  NegotiationReading,
  QuestionMove,
  QuestionRecord,
  SessionQuestionStore,
} from '../../ports/session-questions.ts';
import { tellGateway } from '../link/reach-gateway.ts';

export interface NegotiationPorts {
  readonly questions: SessionQuestionStore;
  readonly queue: Pick<RunQueueStore, 'read'>;
  readonly links: GatewayLinks;
  readonly changes: ChangeFeed;
  readonly newQuestionId: () => string;
}

/**
 * Asks whom it makes sense to ask, closes what is over, has those signed out who agreed, and says every open question again.
 * May be called at any moment, by any server, as often as wanted: the store lets each step be taken once.
 */
export async function lookAtPeople(ports: NegotiationPorts, clusterId: string): Promise<void> {
  const reading = await ports.questions.read(clusterId);
  if (reading === undefined || !mayConcernAnybody(reading)) return;
  const queue = await ports.queue.read(clusterId);
  if (queue === undefined) return;
  let changed = false;
  for (const step of stepsOf(reading, queue)) {
    if (!(await take(ports, clusterId, queue, step))) continue;
    changed = true;
    ports.changes.publish({ kind: 'run', runId: step.do === 'ask' ? step.runId : step.question.runId });
  }
  if (changed) ports.changes.publish({ kind: 'run-queue', clusterId });
  const now = changed ? await ports.questions.read(clusterId) : reading;
  for (const question of now?.questions.filter(isOpen) ?? []) sayAgain(ports, question, now?.nowMs ?? reading.nowMs);
}

const mayConcernAnybody = ({ policy, questions }: NegotiationReading): boolean =>
  policy !== 'off' || questions.some(isOpen);

function stepsOf({ policy, questions, linkVersions, nowMs }: NegotiationReading, queue: QueueReading): readonly Step[] {
  const canAsk = new Set([...linkVersions].flatMap(([id, version]) => (maySay('askPerson', version) ? [id] : [])));
  return negotiate(
    { policy, queue: queue.snapshot, ...planToAsk(queue.snapshot, queue.nowMs), questions, canAsk },
    nowMs,
  );
}

async function take(ports: NegotiationPorts, clusterId: string, queue: QueueReading, step: Step): Promise<boolean> {
  if (step.do === 'ask') {
    const { gatewayId, sessionId, user, runId } = step;
    const name = queue.snapshot.members.find((one) => one.gatewayId === gatewayId)?.name ?? gatewayId;
    const told = { event: 'ask-person', detail: `Asked ${user} on ${name} to sign out`, actor: 'Deskhand' };
    const question = { id: ports.newQuestionId(), gatewayId, sessionId, user, runId };
    return await ports.questions.ask({ ...question, clusterId: clusterId as ClusterId }, told);
  }
  // What every step needs is in the reading it was made from.
  const question = step.question as QuestionRecord;
  const moved = await moveQuestion(ports.questions, question, { event: step.do });
  if (moved && step.do !== 'order')
    tellGateway(ports, question.gatewayId, { type: 'withdrawQuestion', questionId: question.id });
  return moved;
}

/** Whoever hears it no more takes the question away, and one that was started anew shows it again. */
function sayAgain(ports: NegotiationPorts, question: QuestionRecord, nowMs: number): void {
  const { id: questionId, sessionId, user, flowName, askedBy, signOutAtMs } = question;
  const about = { questionId, sessionId, user };
  if (question.state === 'signing-out') {
    tellGateway(ports, question.gatewayId, { type: 'signOutPerson', ...about, flowName, askedBy });
    return;
  }
  const leftMs = signOutAtMs === null ? null : Math.round(signOutAtMs - nowMs);
  const signOutInMs = leftMs === null || leftMs <= 0 ? null : leftMs;
  const notice = noticeOf(question, nowMs);
  tellGateway(ports, question.gatewayId, { type: 'askPerson', ...about, flowName, askedBy, notice, signOutInMs });
}

type Answered = Pick<QuestionMove, 'signOutAfterMs' | 'trouble'> & { readonly event: QuestionEvent };

/** One step of a question, with what the run's history and the audit tell of it. */
export async function moveQuestion(
  questions: SessionQuestionStore,
  question: QuestionRecord,
  { event, ...change }: Answered,
): Promise<boolean> {
  const { id, gatewayId, gatewayName, user, runId, sessionId } = question;
  const audit: AuditFact = {
    actor: `gateway ${gatewayName}`,
    verb: 'sign-out',
    object: `gateway ${gatewayId}`,
    detail: { user, session: sessionId, run: runId, question: id, because: 'the person agreed' },
    origin: 'link',
  };
  return await questions.move({ id, event, ...change, told: historyOf(question, event, change) }, audit);
}

function historyOf(
  { user, gatewayName }: QuestionRecord,
  event: QuestionEvent,
  { signOutAfterMs, trouble }: Pick<QuestionMove, 'signOutAfterMs' | 'trouble'>,
): QuestionMove['told'] {
  const who = `${user} on ${gatewayName}`;
  const by = (name: string, detail: string, actor = 'Deskhand') => ({ event: name, detail, actor });
  switch (event) {
    case 'agree':
      return by(
        'person-agrees',
        signOutAfterMs === 0 ? `${who}: sign out now` : `${who}: sign out in 10 minutes`,
        user,
      );
    case 'decline':
      return by('person-declines', `${who}: no`, user);
    case 'expire':
      return by('person-is-silent', `${who} gave no answer; the session was left alone`);
    case 'withdraw':
      return by('question-is-withdrawn', `The question to ${who} was withdrawn`);
    case 'leave':
      return by('person-signs-out', `${who} has signed out`);
    case 'order':
      return by('sign-out-begins', `${who} agreed and is being signed out`);
    case 'sign-out':
      return by('person-is-signed-out', `${who} agreed and was signed out`);
    case 'fail':
      return by('sign-out-fails', `${who} could not be signed out: ${trouble ?? 'the machine gave no reason'}`);
  }
}
