/** A binary heap: whoever comes first is taken first, and may be put back with another place. */
export interface FirstOf<Part> {
  put(part: Part): void;
  take(): Part | undefined;
}

export function createFirstOf<Part>(isBefore: (one: Part, other: Part) => boolean): FirstOf<Part> {
  const heap: Part[] = [];
  return {
    put: (part) => {
      let place = heap.length;
      for (; place > 0; ) {
        const above = (place - 1) >> 1;
        const parent = heap[above] as Part;
        if (!isBefore(part, parent)) break;
        heap[place] = parent;
        place = above;
      }
      heap[place] = part;
    },
    take: () => {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return first;
      sink(heap, last, isBefore);
      return first;
    },
  };
}

function sink<Part>(heap: Part[], part: Part, isBefore: (one: Part, other: Part) => boolean): void {
  let place = 0;
  for (let below = 1; below < heap.length; below = 2 * place + 1) {
    const [left, right] = [heap[below] as Part, heap[below + 1]];
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, part)) break;
    heap[place] = child;
    place = isRight ? below + 1 : below;
  }
  heap[place] = part;
}
