/** Numbers that look random and are the same for the same seed and name. */
export interface Random {
  /** From 0 up to, not including, 1. */
  readonly next: () => number;
  readonly below: (limit: number) => number;
  readonly between: (low: number, high: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Mostly around `typical`, now and then far above, never beyond `most`. */
  readonly tail: (typical: number, most: number) => number;
  /** Another stream: what it gives does not depend on how much was taken from this one. */
  readonly fork: (name: string) => Random;
}

export function randomOf(seed: number, name = ''): Random {
  const next = generator(mix(seed, name));
  const between = (low: number, high: number): number => low + next() * (high - low);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    between,
    chance: (share) => share > 0 && next() < share,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new Error('Nothing to pick from.');
      return list[below(list.length)] as T;
    },
    tail: (typical, most) => Math.min(most, typical * (0.5 + next()) * (next() < 0.02 ? 1 / (0.001 + next()) : 1)),
    fork: (inner) => randomOf(seed, `${name}/${inner}`),
  };
}

/** Four words of state from a seed and a name. */
function mix(seed: number, name: string): Uint32Array {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  const state = new Uint32Array(4);
  for (let index = 0; index < 4; index += 1) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + 0x9e3779b9 + seed;
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    state[index] = hash ^ (hash >>> 15);
  }
  return state;
}

/** The small fast counter generator of 32 bits. */
function generator(state: Uint32Array): () => number {
  let [a = 0, b = 0, c = 0, counter = 1] = state;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}
