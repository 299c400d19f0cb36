const LOOK_AFTER_PARENT_MS = 500;

/**
 * A flow that somebody runs at a terminal ends with the program that started it, however that one ended: nobody would see
 * it any more. With a gateway it is the other way round, a run outlives it.
 */
export function endWithParent(parentId: number, end: () => void): void {
  process.stdout.on('error', end);
  setInterval(() => {
    // An orphan is given to another parent.
    if (process.ppid !== parentId) end();
  }, LOOK_AFTER_PARENT_MS).unref();
}
