import type { Shape } from '../universe/shape.ts';
import { type SeedOptions, type SeedResult, simulateSeed } from '../universe/simulate.ts';

const TRIES_MAX = 60;
const TIME_MAX_MS = 120_000;
const STORY_LINES = 45;

/** A failing seed with as little in it as still fails in the same way. */
export interface Shrunk {
  readonly options: SeedOptions;
  readonly result: SeedResult;
}

/** Leaves out kinds of faults, people, gateways, servers and time, as long as the same invariant is violated. */
export async function shrink(given: SeedOptions): Promise<Shrunk | undefined> {
  const beganAt = performance.now();
  let tries = 0;
  let best = { options: given, result: await simulateSeed(given) };
  const wanted = best.result.failure?.invariant;
  if (wanted === undefined) return undefined;
  const attempt = async (options: SeedOptions): Promise<void> => {
    if (tries >= TRIES_MAX || performance.now() - beganAt > TIME_MAX_MS) return;
    tries += 1;
    const result = await simulateSeed(options);
    if (result.failure?.invariant === wanted) best = { options, result };
  };
  const change = (more: Partial<Shape>): SeedOptions => ({
    ...best.options,
    change: { ...best.options.change, ...more },
  });
  for (const mark of best.result.reached) {
    if (!mark.startsWith('fault ')) continue;
    await attempt({ ...best.options, without: [...(best.options.without ?? []), mark.slice('fault '.length)] });
  }
  for (const submits of [2, 5, 10, 25]) await attempt(change({ submits }));
  for (const gateways of [1, 2]) await attempt(change({ gateways, clusters: 1 }));
  await attempt(change({ servers: 1 }));
  await attempt(change({ users: 1 }));
  return { options: best.options, result: await simulateSeed({ ...best.options, isTold: true }) };
}

/** The last of the story without what went over the links, which only its author reads. */
export function shortStory(result: SeedResult): readonly string[] {
  return result.story.filter((line) => !/^\S+\s+\S+ → \S+: \{/.test(line)).slice(-STORY_LINES);
}

export function replayCommand({ seed, without = [], change = {} }: SeedOptions): string {
  const less = without.length === 0 ? '' : ` --without ${without.join(',')}`;
  const other = Object.keys(change).length === 0 ? '' : ` --change '${JSON.stringify(change)}'`;
  return `npm run simulate -- --seed ${String(seed)}${less}${other}`;
}
