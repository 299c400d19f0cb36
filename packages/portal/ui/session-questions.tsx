import { questionSentence } from '@deskhand/domain/session/negotiation/words.ts';
import type { SessionQuestion } from '@deskhand/protocol/http/runs.ts';
import { formatMinute } from './format.ts';
import { useNow } from './time.tsx';

/** Whom a gateway's machine was asked to sign out for a run, and what became of it. */
export function SessionQuestions({ questions }: { readonly questions: readonly SessionQuestion[] | undefined }) {
  const now = useNow();
  if (questions === undefined || questions.length === 0) return null;
  return (
    <ul className="notes">
      {questions.map((question) => (
        <li key={`${question.user} ${question.askedAt}`}>{sentenceOf(question, now)}</li>
      ))}
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
