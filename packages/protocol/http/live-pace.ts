/** Named so in the stream, with nothing in it: the server is still there. */
export const LIVE_BEAT = 'beat';
export const liveLinkPace = {
  beatIntervalMs: 15_000,
  /** A stream on which nothing came for so long carries nothing any more, whatever the browser says of it. */
  silenceMaxMs: 40_000,
  reconnectAfterMs: 3_000,
  /** While the stream is lost. */
  pollIntervalMs: 5_000,
  /** A server that dies between a commit and telling it tells nobody: so often pages ask again without being told. */
  refreshIntervalMs: 60_000,
} as const;
export type LiveLinkPace = Readonly<Record<keyof typeof liveLinkPace, number>>;
