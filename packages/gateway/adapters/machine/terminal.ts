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

/** The first lines of standard input, without the white space around them. */
export async function readLines(input: NodeJS.ReadableStream, count: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input })) {
    lines.push(line.trim());
    if (lines.length >= count) break;
  }
  return lines;
}
