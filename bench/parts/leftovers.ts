type Cleaning = () => Promise<void> | void;

const cleanings: Cleaning[] = [];

/** Programs and folders of a benchmark are handed in when they are made, so that they go away however it ends. */
export function cleanLater(cleaning: Cleaning): void {
  cleanings.push(cleaning);
}

let cleaningUp: Promise<void> | undefined;

/** Whether a benchmark is being ended, so that nothing is begun any more. */
export const isCleaningUp = (): boolean => cleaningUp !== undefined;

/**
 * Undoes what was handed in, the newest first; one that fails is said and keeps no other from being undone. Asked twice,
 * by a signal and by the failure that follows it, it is done once.
 */
export async function cleanUp(): Promise<void> {
  cleaningUp ??= undoAll().finally(() => {
    cleaningUp = undefined;
  });
  await cleaningUp;
}

async function undoAll(): Promise<void> {
  for (let cleaning = cleanings.pop(); cleaning !== undefined; cleaning = cleanings.pop()) {
    try {
      await cleaning();
    } catch (error) {
      process.stderr.write(`could not clean up: ${String(error)}\n`);
    }
  }
}
