import type { LogLine, RunFailure } from './http/runs.ts';

/**
 * What a gateway and a runner say to one another: JSON lines. The first line of the runner's standard input is
 * `RunnerStart`; after that everything goes over the unix socket named there, where the runner proves itself with the
 * secret. Each event is first appended to the spool (an inherited, already open descriptor), so a restarted gateway finds
 * what it missed. With `--here` there is no gateway: events go to standard output and `cancel` is SIGTERM.
 */
export interface RunnerStart {
  readonly runId: string;
  readonly attempt: number;
  readonly flowName: string;
  readonly script: string;
  /** Values as JSON: text, numbers, booleans, lists and objects; sensitive ones are named in `sensitive`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of inputs whose values are masked in everything that leaves the runner. */
  readonly sensitive: readonly string[];
  /** Further texts to mask, such as the connection's password. */
  readonly secrets: readonly string[];
  /** `{ "C:\\Users\\x": "/home/x" }`; off by default. */
  readonly windowsPaths: Readonly<Record<string, string>>;
  readonly culture: string;
  readonly mode: 'attended' | 'unattended' | 'here';
  /** Null with `--here`. */
  readonly channel: {
    readonly socketPath: string;
    readonly secret: string;
    /** The inherited descriptor of the spool file, opened by the gateway. */
    readonly spoolDescriptor: number;
  } | null;
  /** Whether action-log lines are wanted for every statement, or for problems only. */
  readonly logLevel: 'all' | 'problems';
}

/** Runner → gateway, and the lines of the spool. Sequence numbers count log lines per attempt from 1, without gaps. */
export type RunnerEvent =
  | {
      readonly type: 'hello';
      readonly runId: string;
      readonly attempt: number;
      readonly secret: string;
      readonly pid: number;
    }
  | { readonly type: 'started'; readonly uid: number; readonly display: string | null }
  /** Goes to the spool and, with `--here`, to standard output; over the socket only `spooled` tells of it. */
  | { readonly type: 'log'; readonly lines: readonly LogLine[] }
  /** There is more in the spool, up to this log line: the gateway reads it there, at the pace of its link. */
  | { readonly type: 'spooled'; readonly lastLogSeq: number }
  /** Asks the gateway for a screenshot of the session, for example when an action failed. */
  | { readonly type: 'screenshotWanted'; readonly caption: string }
  | { readonly type: 'result'; readonly result: RunnerResult };

export interface RunnerResult {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error: RunFailure | null;
  readonly lastLogSeq: number;
  readonly logLinesLost: number;
}

/** Gateway → runner, over the socket. */
export type RunnerCommand =
  | { readonly type: 'welcome'; readonly lastLogSeq: number }
  | { readonly type: 'cancel'; readonly because: 'cancelled' | 'timedOut' | 'stopped-by-person' }
  | { readonly type: 'screenshotTaken' }
  | { readonly type: 'resultTaken' };

/** Time the runner gives actions to end after a cancel before it exits; the gateway ends the session after twice that. */
export const RUNNER_CANCEL_GRACE_MS = 3_000;
/** Exit codes of the runner with `--here`. */
export const runnerExit = { succeeded: 0, failed: 1, couldNotStart: 2 } as const;
