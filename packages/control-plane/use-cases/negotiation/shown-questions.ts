import { helpfulCodes } from '@deskhand/domain/session/negotiation/negotiate.ts';
import { isOpen } from '@deskhand/domain/session/negotiation/question.ts';
import { TOO_OLD_TO_ASK } from '@deskhand/domain/session/negotiation/words.ts';
import type { MemberAnswer } from '@deskhand/domain/run-queue/snapshot.ts';
import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { maySay } from '@deskhand/protocol/link/versions.ts';
import type { QueueReading, RunQueueStore } from '../../ports/run-queue.ts';
import type { NegotiationReading, QuestionRecord, SessionQuestionStore } from '../../ports/session-questions.ts';

type Answer = RunQueueView['queued'][number]['members'][number];

/** The answers of a run's members, with whom there was asked and what became of it. */
export type AnswersOf = (runId: string, members: readonly MemberAnswer[]) => Answer[];

interface Ports {
  readonly questions: Pick<SessionQuestionStore, 'read'>;
  readonly queue: Pick<RunQueueStore, 'read'>;
}

export async function answersWithQuestions({ questions, queue }: Ports, clusterId: string): Promise<AnswersOf> {
  const negotiation = await questions.read(clusterId);
  const asked = negotiation?.questions ?? [];
  // Only who has not answered yet may sit behind a lock.
  const reading = asked.some(({ state }) => state === 'asked') ? await queue.read(clusterId) : undefined;
  return (runId, members) =>
    members.map((member) => {
      const here = newestOfEach(asked.filter((one) => one.gatewayId === member.gatewayId && concerns(one, runId)));
      return {
        ...member,
        ...(here.length === 0 ? {} : { questions: here.map((one) => toWire(one, runId, reading)) }),
        ...(isTooOldToAsk(member, negotiation) ? { cannotAsk: TOO_OLD_TO_ASK } : {}),
      };
    });
}

/** Somebody's sign-out would help there, and a gateway of this release would have asked for it. */
function isTooOldToAsk({ gatewayId, because }: MemberAnswer, negotiation: NegotiationReading | undefined): boolean {
  if (negotiation === undefined || negotiation.policy === 'off' || !helpfulCodes.has(because.code)) return false;
  const version = negotiation.linkVersions.get(gatewayId);
  return version !== undefined && !maySay('askPerson', version);
}

const concerns = (question: QuestionRecord, runId: string): boolean => question.runId === runId || isOpen(question);

/** The newest come first; an older one to the same session says nothing more. */
function newestOfEach(questions: readonly QuestionRecord[]): readonly QuestionRecord[] {
  const seen = new Set<string>();
  return questions.filter(({ sessionId }) => !seen.has(sessionId) && seen.add(sessionId));
}

function toWire(
  question: QuestionRecord,
  runId: string,
  reading: QueueReading | undefined,
): NonNullable<Answer['questions']>[number] {
  const { user, state, trouble, sessionId, gatewayId } = question;
  const member = reading?.snapshot.members.find((one) => one.gatewayId === gatewayId);
  const session = member?.facts?.sessions.find((one) => one.id === sessionId);
  const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
  return {
    ...{ user, state, trouble },
    askedAt: new Date(question.askedAtMs).toISOString(),
    answeredAt: iso(question.answeredAtMs),
    signOutAt: iso(question.signOutAtMs),
    isLocked: session !== undefined && session.locked !== false,
    isForThisRun: question.runId === runId,
  };
}
