import { duration } from './duration.ts';

/** One line for each step: what is being done, then how long it took. Works on a terminal and in a log alike. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  process.stdout.write(`  ${what} … `);
  const startedAtMs = performance.now();
  try {
    const answer = await work();
    say(duration(performance.now() - startedAtMs));
    return answer;
  } catch (error) {
    say('failed');
    throw error;
  }
}

export const say = (line = ''): void => void process.stdout.write(`${line}\n`);
