type Cleaning = () => Promise<void> | void;

const cleanings: Cleaning[] = [];

/** Programs and folders of a benchmark are handed in when they are made, so that they go away however it ends. */
export function cleanLater(cleaning: Cleaning): void {
  cleanings.push(cleaning);
}

/** Undoes what was handed in, the newest first; one that fails is said and keeps no other from being undone. */
export async function cleanUp(): Promise<void> {
  for (let cleaning = cleanings.pop(); cleaning !== undefined; cleaning = cleanings.pop()) {
    try {
      await cleaning();
    } catch (error) {
      process.stderr.write(`could not clean up: ${String(error)}\n`);
    }
  }
}
