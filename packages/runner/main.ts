import { writeSync } from 'node:fs';
import { runnerExit } from '@deskhand/protocol/runner.ts';
import { endWithParent } from './end-with-parent.ts';
import { createGatewaySink } from './gateway-sink.ts';
import { createHereSink } from './here-sink.ts';
import { readStart } from './read-start.ts';
import { runScript } from './run-script.ts';

/** One run: start line in, events out, then the end. */
const cancelling = new AbortController();
const cancel = (): void => cancelling.abort();
process.on('SIGTERM', cancel);
process.on('SIGINT', cancel);
const parentId = process.ppid;
// Standard output belongs to a gateway that may have gone.
process.stdout.on('error', () => undefined);

async function main(): Promise<void> {
  try {
    process.stdin.setEncoding('utf8');
    const start = await readStart(process.stdin);
    process.stdin.destroy();
    if (start.channel === null) endWithParent(parentId, cancel);
    const sink =
      start.channel === null
        ? createHereSink((text) => process.stdout.write(text))
        : createGatewaySink(start, start.channel, cancel);
    const { state } = await runScript({ start, sink, signal: cancelling.signal });
    const code = state === 'succeeded' ? runnerExit.succeeded : runnerExit.failed;
    // What an action left open, such as a timer or a child, must not keep a finished run alive.
    process.stdout.write('', () => process.exit(code));
  } catch (error) {
    writeSync(2, `The runner could not run: ${(error as Error).message}\n`);
    process.exit(runnerExit.couldNotStart);
  }
}

void main();
