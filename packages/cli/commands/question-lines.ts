import { questionSentence } from '@deskhand/domain/session/negotiation/words.ts';
import type { SessionQuestion } from '@deskhand/protocol/http/runs.ts';

/** Whom a machine's people were asked to sign out for a run, and what became of it. */
export function questionLines(questions: readonly SessionQuestion[]): readonly string[] {
  return questions.map(({ askedAt, answeredAt, signOutAt, ...question }) =>
    questionSentence({
      ...question,
      asked: clockTime(askedAt),
      answered: answeredAt === null ? null : clockTime(answeredAt),
      signOut: signOutAt === null ? null : clockTime(signOutAt),
    }),
  );
}

const clockTime = (at: string): string =>
  new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
