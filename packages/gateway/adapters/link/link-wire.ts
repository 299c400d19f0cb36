/** What carries a link: texts in order, until it ends. */
export interface LinkWire {
  /** `taken` is called when the wire has room for the text's bytes again. */
  readonly send: (text: string, taken: () => void) => void;
  /** Bytes that wait to leave. */
  readonly bytesWaiting: () => number;
  readonly ping: () => void;
  /** Ends it at once; whatever waits is dropped. */
  readonly cut: () => void;
}

export interface WireListener {
  /** A frame that is no text arrives as an empty one. */
  readonly text: (text: string) => void;
  /** A sign of life without content. */
  readonly heard: () => void;
  readonly failed: (error: Error) => void;
  /** Called once, and nothing after it; with the code that the server closed it with, where it did. */
  readonly closed: (code?: number) => void;
}

/** Begins a wire to the server; rejects when none can be begun. Whether it stands shows by what is heard. */
export type Dial = (listener: WireListener, signal: AbortSignal) => Promise<LinkWire>;
