import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { RunnerCommand, RunnerResult } from '@deskhand/protocol/runner.ts';

/** Unix sockets over which runners speak, one for each attempt. */
export interface RunnerChannels {
  /** A fresh place for a socket, short enough not to be cut, and the secret that opens it. */
  readonly newPlace: () => { readonly path: string; readonly secret: string; readonly secretHash: string };
  readonly open: (channel: ChannelRequest) => Promise<RunnerChannel>;
}

export interface ChannelRequest {
  readonly path: string;
  readonly secretHash: string;
  readonly runId: string;
  readonly attempt: number;
  /** Only processes of this account are heard. */
  readonly uid: number;
  readonly gid: number;
  readonly on: ChannelHandlers;
}

export interface ChannelHandlers {
  /** A runner has proved itself; called again when it comes back. */
  readonly hello: (runner: { readonly pid: number }) => void;
  readonly event: (event: ChannelEvent) => void;
}

export type ChannelEvent =
  | { readonly type: 'started'; readonly uid: number; readonly display: string | null }
  | { readonly type: 'spooled'; readonly lastLogSeq: number }
  | { readonly type: 'screenshotWanted'; readonly caption: string }
  | { readonly type: 'result'; readonly result: RunnerResult };

export interface RunnerChannel {
  /** Dropped when no runner is connected; false then. */
  readonly send: (command: RunnerCommand) => boolean;
  readonly close: () => Promise<void>;
}

/** Files that runners write through an inherited descriptor and cannot open, name or reach. */
export interface Spools {
  readonly create: () => { readonly path: string; readonly descriptor: number; readonly release: () => void };
  /** Undefined when the file is gone. */
  readonly open: (path: string) => SpoolReader | undefined;
  readonly sizeBytes: (path: string) => number;
  /** What the runner left at the end of its spool: a result when it came so far, and its last log line. */
  readonly tail: (path: string) => SpoolTail;
  readonly remove: (path: string) => void;
  /** Removes what no attempt needs any more. */
  readonly removeAllBut: (paths: ReadonlySet<string>) => void;
}

export interface SpoolTail {
  readonly result: RunnerResult | null;
  readonly lastLine: LogLine | null;
}

export interface SpoolReader {
  /** The next complete log lines from a place on, at most `maxLines`; `next` is the place after them. */
  readonly read: (from: number, maxLines: number) => { readonly lines: readonly LogLine[]; readonly next: number };
  readonly close: () => void;
}

/** Screenshots wait on disk until the server has acknowledged the result of their run. */
export interface ScreenshotStore {
  readonly save: (of: ScreenshotName, screenshot: Screenshot) => void;
  readonly list: (of: ScreenshotName) => readonly Screenshot[];
  readonly remove: (of: ScreenshotName) => void;
  readonly removeAllBut: (keep: readonly ScreenshotName[]) => void;
}
export interface ScreenshotName {
  readonly runId: string;
  readonly attempt: number;
}
export interface Screenshot {
  readonly number: number;
  readonly caption: string;
  readonly png: Uint8Array;
}
