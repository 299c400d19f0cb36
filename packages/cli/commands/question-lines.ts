import { questionSentence } from '@deskhand/domain/session/negotiation/words.ts';
import type { SessionQuestion } from '@deskhand/protocol/http/runs.ts';

interface Member {
  readonly questions?: readonly SessionQuestion[];
  readonly cannotAsk?: string;
}

/** Who was asked on a machine to sign out for a run, and what became of it; or why nobody there is asked. */
export function questionLines({ questions = [], cannotAsk }: Member): readonly string[] {
  const lines = questions.map(({ askedAt, answeredAt, signOutAt, ...question }) =>
    questionSentence({
      ...question,
      asked: clockTime(askedAt),
      answered: answeredAt === null ? null : clockTime(answeredAt),
      signOut: signOutAt === null ? null : clockTime(signOutAt),
    }),
  );
  return cannotAsk === undefined ? lines : [...lines, cannotAsk];
}

const clockTime = (at: string): string =>
  new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
