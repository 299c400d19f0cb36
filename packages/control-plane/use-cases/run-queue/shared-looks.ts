/**
 * Looks at something that takes a while to see. Whoever asks while a look is under way gets the next one, together with all
 * others who asked since: each sees what was there when they asked, and a hundred at once cost two looks.
 */
export interface SharedLooks<Seen> {
  at(key: string): Promise<Seen>;
}

interface UnderWay<Seen> {
  readonly now: Promise<Seen>;
  next: Promise<Seen> | undefined;
}

export function createSharedLooks<Seen>(look: (key: string) => Promise<Seen>): SharedLooks<Seen> {
  const underWay = new Map<string, UnderWay<Seen>>();
  const begin = (key: string): Promise<Seen> => {
    const now = look(key);
    const mine: UnderWay<Seen> = { now, next: undefined };
    underWay.set(key, mine);
    const over = (): void => {
      if (underWay.get(key) === mine) underWay.delete(key);
    };
    now.then(over, over);
    return now;
  };
  return {
    at: (key) => {
      const known = underWay.get(key);
      if (known === undefined) return begin(key);
      const again = (): Promise<Seen> => begin(key);
      known.next ??= known.now.then(again, again);
      return known.next;
    },
  };
}
