import type { RunnerEvent, RunnerResult } from '@deskhand/protocol/runner.ts';

/** Where the events of a run go. Log lines come as finished JSON, because there may be a million of them. */
export interface EventSink {
  /** Resolves when somebody listens, or when nobody does in time. */
  readonly ready: () => Promise<void>;
  /** JSON texts of log lines; false when there is no room for them any more. */
  readonly log: (lines: readonly string[], lastSeq: number) => boolean;
  readonly started: (event: Extract<RunnerEvent, { type: 'started' }>) => void;
  /** Resolves when a screenshot was taken, or when nobody takes one. */
  readonly screenshot: (caption: string) => Promise<void>;
  /** Resolves when somebody has it, or when nobody has asked for it in time. */
  readonly result: (result: RunnerResult) => Promise<void>;
}

export const logEvent = (lines: readonly string[]): string => `{"type":"log","lines":[${lines.join(',')}]}\n`;
