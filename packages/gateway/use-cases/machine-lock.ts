/** Lets one at a time decide about the machine's sessions: what one has judged free, no other takes meanwhile. */
export interface MachineLock {
  readonly hold: <T>(decide: () => Promise<T>) => Promise<T>;
}

export function createMachineLock(): MachineLock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    hold: async (decide) => {
      const turn = last.then(decide, decide);
      last = turn.catch(() => undefined);
      return await turn;
    },
  };
}
