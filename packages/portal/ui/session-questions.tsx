import { questionSentence } from '@deskhand/domain/session/negotiation/words.ts';
import type { SessionQuestion } from '@deskhand/protocol/http/runs.ts';
import { formatMinute } from './format.ts';
import { useNow } from './time.tsx';

interface SessionQuestionsProps {
  readonly member: { readonly questions?: readonly SessionQuestion[]; readonly cannotAsk?: string };
}

/** Who was asked on a gateway's machine to sign out for a run, and what became of it; or why nobody there is asked. */
export function SessionQuestions({ member: { questions = [], cannotAsk } }: SessionQuestionsProps) {
  const now = useNow();
  if (questions.length === 0 && cannotAsk === undefined) return null;
  return (
    <ul className="notes">
      {questions.map((question) => (
        <li key={`${question.user} ${question.askedAt}`}>{sentenceOf(question, now)}</li>
      ))}
      {cannotAsk !== undefined && <li>{cannotAsk}</li>}
    </ul>
  );
}

function sentenceOf(question: SessionQuestion, nowMs: number): string {
  const minute = (at: string | null): string | null => (at === null ? null : formatMinute(at, nowMs));
  const { user, state, trouble, isLocked, askedAt, answeredAt, signOutAt, isForThisRun } = question;
  return questionSentence({
    ...{ user, state, trouble, isLocked, isForThisRun },
    asked: formatMinute(askedAt, nowMs),
    answered: minute(answeredAt),
    signOut: minute(signOutAt),
  });
}
