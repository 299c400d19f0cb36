/** What can run beside other work of the same kind. */
export interface Work {
  readonly name: string;
  /** How many cores it keeps busy; a half stands for one that mostly waits. */
  readonly cores: number;
}

/**
 * Runs works in their order, as many at a time as the cores allow; one that needs more cores than there are runs alone.
 * One that does not fit yet lets smaller ones behind it pass. Answers in the order of the works.
 */
export async function sideBySide<W extends Work, R>(
  works: readonly W[],
  cores: number,
  run: (work: W) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<W, R>();
  const running = new Map<W, Promise<void>>();
  const waiting = new Set(works);
  while (waiting.size > 0 || running.size > 0) {
    for (const work of waiting) {
      const busy = [...running.keys()].reduce((sum, one) => sum + one.cores, 0);
      if (running.size > 0 && busy + work.cores > cores) continue;
      waiting.delete(work);
      running.set(
        work,
        run(work).then((result) => {
          results.set(work, result);
          running.delete(work);
        }),
      );
    }
    await Promise.race(running.values());
  }
  return works.map((work) => results.get(work) as R);
}
