import { GIVE_UP_GRACE_MS, STARTING_LIMIT_MS } from '@deskhand/domain/run/deadlines.ts';

const seconds = (ms: number): string => `make_interval(secs => ${String(ms / 1_000)})`;

/** `giveUpAtMs` as a condition on a row of `run`. */
export const isPastExecution = `coalesce(started_at, acquired_at + ${seconds(STARTING_LIMIT_MS)})
  + make_interval(secs => execution_timeout_ms::float8 / 1000) + ${seconds(GIVE_UP_GRACE_MS)} <= clock_timestamp()`;
