/** How a program waits. Everything it does later goes through here, so that a simulator can hold the time. */
export interface Timers {
  /** Milliseconds since some moment; they only rise, whatever is done to the wall clock. */
  readonly nowMs: () => number;
  /** Calls once after so long; answers how to call it off. */
  readonly after: (delayMs: number, act: () => void) => () => void;
  /** Calls again and again; answers how to stop it. */
  readonly every: (intervalMs: number, act: () => void) => () => void;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
  every: (intervalMs, act) => {
    const timer = setInterval(act, intervalMs);
    return () => clearInterval(timer);
  },
};

/** Resolves after so long, or as soon as the signal says that nobody waits any more. */
export function pause(timers: Pick<Timers, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted) return Promise.resolve();
  const callOff = timers.after(delayMs, () => {
    signal?.removeEventListener('abort', end);
    resolve();
  });
  const end = (): void => {
    callOff();
    resolve();
  };
  signal?.addEventListener('abort', end, { once: true });
  return promise;
}
