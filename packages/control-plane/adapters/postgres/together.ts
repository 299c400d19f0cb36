import { isRetryable, isUnreachable } from './fault.ts';

export interface TogetherOptions<Item, Answer> {
  /** Writes all of them in one commit and answers each, in their order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Of two with the same key the later one waits until the earlier one is written. */
  readonly keyOf: (item: Item) => string;
  readonly weightOf?: (item: Item) => number;
  /** So much goes in one statement; a heavier item goes alone. */
  readonly weightMax: number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A write that takes so long may wait for a lock or for a connection that is half open; others go past it. */
const PATIENCE_MS = 250;
const WRITES_AT_ONCE_MAX = 3;

/**
 * Small writes of a thousand gateways as few statements: the first goes at once, and what comes while it is under way goes
 * together. Nobody waits longer for it, and the busier the server is, the less each of them costs.
 */
export function together<Item, Answer>(options: TogetherOptions<Item, Answer>): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  const underWay = new Set<string>();
  let writes = 0;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  const work = async (): Promise<void> => {
    writes += 1;
    for (;;) {
      const { now, later } = nextOf(waiting, underWay, options);
      if (now.length === 0) break;
      waiting = later;
      begunAtMs = performance.now();
      const keys = now.map(({ item }) => options.keyOf(item));
      for (const key of keys) underWay.add(key);
      await writeAll(now, options.write);
      for (const key of keys) underWay.delete(key);
    }
    writes -= 1;
  };
  const mayBegin = (): boolean =>
    writes === 0 || (writes < WRITES_AT_ONCE_MAX && performance.now() - begunAtMs > PATIENCE_MS);
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (mayBegin()) void work();
    });
}

function nextOf<Item, Answer>(
  waiting: readonly Waiting<Item, Answer>[],
  underWay: ReadonlySet<string>,
  { keyOf, weightOf = () => 1, weightMax }: TogetherOptions<Item, Answer>,
): { readonly now: Waiting<Item, Answer>[]; readonly later: Waiting<Item, Answer>[] } {
  const now: Waiting<Item, Answer>[] = [];
  const later: Waiting<Item, Answer>[] = [];
  const keys = new Set(underWay);
  let weight = 0;
  for (const one of waiting) {
    const key = keyOf(one.item);
    const after = weight + weightOf(one.item);
    const fits = !keys.has(key) && (now.length === 0 || after <= weightMax);
    if (fits) weight = after;
    // One that waits keeps later ones of its key behind it.
    keys.add(key);
    (fits ? now : later).push(one);
  }
  return { now, later };
}

async function writeAll<Item, Answer>(
  batch: readonly Waiting<Item, Answer>[],
  write: TogetherOptions<Item, Answer>['write'],
): Promise<void> {
  try {
    const answers = await write(batch.map(({ item }) => item));
    for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
  } catch (error) {
    const [first, ...others] = batch;
    // One that cannot be written must not keep others from it; where the database is away none of them can.
    if (first !== undefined && (others.length > 0 || isRetryable(error)) && !isUnreachable(error))
      await Promise.all(batch.map((one) => writeAlone(one, write)));
    else for (const { reject } of batch) reject(error);
  }
}

async function writeAlone<Item, Answer>(
  { item, resolve, reject }: Waiting<Item, Answer>,
  write: TogetherOptions<Item, Answer>['write'],
): Promise<void> {
  await write([item]).then(([answer]) => resolve(answer as Answer), reject);
}
