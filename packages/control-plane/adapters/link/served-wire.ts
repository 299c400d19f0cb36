/** What carries one link at the server's end: texts in order, until it ends. */
export interface ServedWire {
  readonly isOpen: () => boolean;
  /** Bytes that wait to leave. */
  readonly bytesWaiting: () => number;
  readonly send: (text: string) => void;
  readonly ping: () => void;
  /** Stops and goes on with reading, for a peer that says more than is worked off. */
  readonly hold: (isHeld: boolean) => void;
  /** Ends it in words that the peer understands. */
  readonly close: (code: number, reason: string) => void;
  readonly cut: () => void;
  readonly listen: (listener: ServedListener) => void;
}

export interface ServedListener {
  /** A frame that is no text arrives as an empty one. */
  readonly text: (text: string) => void;
  /** A sign of life without content. */
  readonly heard: () => void;
  readonly failed: (error: Error) => void;
  /** Called once, and nothing after it. */
  readonly closed: () => void;
}
