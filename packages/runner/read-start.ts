import { limits } from '@deskhand/protocol/limits.ts';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';

/** Script and inputs in JSON, where a character may take six bytes. */
const START_BYTES_MAX = 6 * (limits.SCRIPT_BYTES_MAX + limits.INPUTS_BYTES_MAX);

/** The first line of standard input says what to run; secrets travel here and nowhere else. */
export async function readStart(input: AsyncIterable<Buffer | string>): Promise<RunnerStart> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > START_BYTES_MAX) throw new Error(`The start line is longer than ${START_BYTES_MAX} bytes.`);
    if (text.includes('\n')) break;
  }
  const start = JSON.parse(text.split('\n', 1)[0] ?? '') as RunnerStart;
  if (typeof start.script !== 'string' || typeof start.inputs !== 'object' || start.channel === undefined) {
    throw new Error('The start line is not a RunnerStart.');
  }
  return start;
}
