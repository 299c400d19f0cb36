import type { RunnerEvent } from '@deskhand/protocol/runner.ts';
import { type EventSink, logEvent } from './event-sink.ts';

/** `--here`: events as JSON lines on standard output, for the program that started this one. */
export function createHereSink(write: (text: string) => void): EventSink {
  const tell = (event: RunnerEvent): void => write(`${JSON.stringify(event)}\n`);
  return {
    log: (lines) => {
      write(logEvent(lines));
      return true;
    },
    ready: async () => undefined,
    started: tell,
    screenshot: async () => undefined,
    result: async (result) => tell({ type: 'result', result }),
  };
}
