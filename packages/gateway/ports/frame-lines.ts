/** Connections on which frames of a watched screen go to the server: one for each watch, and nothing else goes there. */
export interface FrameLines {
  readonly open: (watch: FrameWatch, ears: FrameEars) => FrameLine;
}

export interface FrameWatch {
  readonly watchId: string;
  /** Proves that the watch is ours. */
  readonly ticket: string;
  /** The one of several servers at which people watch. */
  readonly server: string;
}

export interface FrameEars {
  /** The last frame has gone on to somebody: the next one is wanted, and no more than that one. */
  readonly next: () => void;
  /** Nobody watches any more, or nobody can be reached. */
  readonly closed: () => void;
}

export interface FrameLine {
  readonly send: (png: Uint8Array) => void;
  /** There is nothing that was not shown already. */
  readonly same: () => void;
  readonly close: (because: 'run-over' | 'not-watched') => void;
}
