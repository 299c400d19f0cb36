import { createInterface } from 'node:readline';

/**
 * The line to `deskhand up`, which started this program: JSON lines on standard output, questions on standard input. The
 * pipe has no other end, so a one-time secret may travel on it. When it closes, the parent has gone.
 */
export interface Parent {
  tell(message: ParentMessage): void;
  onQuestion(answer: (question: ParentQuestion) => Promise<ParentMessage>): void;
  onGone(listener: () => void): void;
}
export type ParentMessage =
  | {
      readonly event: 'listening';
      readonly address: string;
      readonly fingerprint: string | null;
      readonly setupCode: string | null;
    }
  | { readonly event: 'enrolment-token'; readonly token: string; readonly clusterName: string }
  | { readonly event: 'failed'; readonly code: string; readonly message: string; readonly remedy: string };
export type ParentQuestion = { readonly ask: 'enrolment-token'; readonly clusterName: string };

export function openParent(): Parent {
  const lines = createInterface({ input: process.stdin });
  // A parent that is gone is told by the end of its lines; what cannot be said to it any more is no fault.
  process.stdout.on('error', () => undefined);
  const tell = (message: ParentMessage): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  return {
    tell,
    onQuestion: (answer) => {
      lines.on('line', (line) => {
        const question = parseQuestion(line);
        // A question that cannot be answered, because the program is ending, stays without an answer.
        if (question) void answer(question).then(tell, () => undefined);
      });
    },
    onGone: (listener) => {
      lines.on('close', listener);
    },
  };
}

function parseQuestion(line: string): ParentQuestion | undefined {
  try {
    const value = JSON.parse(line) as Partial<ParentQuestion>;
    return value.ask === 'enrolment-token' && typeof value.clusterName === 'string'
      ? { ask: value.ask, clusterName: value.clusterName }
      : undefined;
  } catch {
    return undefined;
  }
}
