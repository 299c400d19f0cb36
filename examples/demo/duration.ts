/** `0.04 s`, `12.3 s`: short enough to stand in a column. */
export const duration = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
