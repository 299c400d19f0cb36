import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What must be seen once and kept nowhere goes to the person's terminal, past files that collect output. */
export function showOnTerminal(text: string): void {
  try {
    const terminal = openSync('/dev/tty', 'w');
    writeSync(terminal, text);
    closeSync(terminal);
  } catch {
    process.stderr.write(text);
  }
}

/** A line of standard input for each thing, without the white space around it; a person is told what is wanted. */
export async function readLines(input: NodeJS.ReadStream, wanted: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const ask = (): void => {
    if (input.isTTY) process.stderr.write(`${wanted[lines.length] ?? ''}: `);
  };
  ask();
  for await (const line of createInterface({ input })) {
    lines.push(line.trim());
    if (lines.length >= wanted.length) break;
    ask();
  }
  return lines;
}

/** One line from whoever types here; undefined when standard input has ended. */
export function openQuestions(input: NodeJS.ReadableStream): {
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly close: () => void;
} {
  const lines = createInterface({ input });
  const typed = lines[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      process.stderr.write(question);
      const line = await typed.next();
      return line.done ? undefined : line.value;
    },
    close: () => lines.close(),
  };
}
