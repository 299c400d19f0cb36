import { SIGN_OUT_LATER_MS } from '@deskhand/domain/session/negotiation/question.ts';
import type { QuestionReport } from '@deskhand/protocol/link/messages.ts';
import type { QuestionRecord } from '../../ports/session-questions.ts';
import { tellGateway } from '../link/reach-gateway.ts';
import { lookAtPeople, moveQuestion, type NegotiationPorts } from './look.ts';

export interface ReportedQuestion {
  readonly questionId: string;
  readonly report: QuestionReport;
  readonly detail: string;
}

/** What a gateway tells of a question. Each may come twice: the table of the domain lets it count once. */
export async function questionReported(
  ports: NegotiationPorts,
  gatewayId: string,
  reported: ReportedQuestion,
): Promise<void> {
  const question = await ports.questions.find(gatewayId, reported.questionId);
  if (question === undefined) return;
  if (!(await carryOut(ports, question, reported))) return;
  ports.changes.publish({ kind: 'run', runId: question.runId });
  ports.changes.publish({ kind: 'run-queue', clusterId: question.clusterId });
  // An answer is obeyed at once, by whichever server heard it.
  await lookAtPeople(ports, question.clusterId);
}

async function carryOut(
  ports: NegotiationPorts,
  question: QuestionRecord,
  { report, detail }: ReportedQuestion,
): Promise<boolean> {
  const { questions } = ports;
  switch (report) {
    case 'shown':
      return await questions.noteShown(question.id, null);
    case 'not-shown':
      return await questions.noteShown(question.id, detail);
    case 'now':
      return await moveQuestion(questions, question, { event: 'agree', signOutAfterMs: 0 });
    case 'later':
      return await moveQuestion(questions, question, { event: 'agree', signOutAfterMs: SIGN_OUT_LATER_MS });
    case 'no':
      // Also where nothing is asked any more: the gateway has said what it had to.
      tellGateway(ports, question.gatewayId, { type: 'withdrawQuestion', questionId: question.id });
      return await moveQuestion(questions, question, { event: 'decline' });
    case 'signed-out':
      return await moveQuestion(questions, question, { event: 'sign-out' });
    case 'not-signed-out':
      return await moveQuestion(questions, question, { event: 'fail', trouble: detail });
  }
}
