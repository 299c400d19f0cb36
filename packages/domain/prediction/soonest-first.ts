/** Numbers below a limit, each with its moment; the soonest is taken first. A binary heap without any allocation. */
export interface SoonestFirst {
  put(part: number, atMs: number): void;
  take(): number | undefined;
  /** The moment of what would be taken; infinity when there is nothing. */
  soonestMs(): number;
  atOf(part: number): number;
}

export function createSoonestFirst(limit: number): SoonestFirst {
  const heap = new Int32Array(limit);
  const moments = new Float64Array(limit);
  let size = 0;
  const momentAt = (place: number): number => moments[heap[place] ?? 0] ?? 0;
  return {
    atOf: (part) => moments[part] ?? 0,
    soonestMs: () => (size === 0 ? Number.POSITIVE_INFINITY : momentAt(0)),
    put: (part, atMs) => {
      moments[part] = atMs;
      let place = size;
      size += 1;
      while (place > 0) {
        const above = (place - 1) >> 1;
        if (momentAt(above) <= atMs) break;
        heap[place] = heap[above] ?? 0;
        place = above;
      }
      heap[place] = part;
    },
    take: () => {
      if (size === 0) return undefined;
      const first = heap[0];
      size -= 1;
      const last = heap[size] ?? 0;
      const lastAtMs = moments[last] ?? 0;
      let place = 0;
      for (let below = 1; below < size; below = 2 * place + 1) {
        if (below + 1 < size && momentAt(below + 1) < momentAt(below)) below += 1;
        if (momentAt(below) >= lastAtMs) break;
        heap[place] = heap[below] ?? 0;
        place = below;
      }
      heap[place] = last;
      return first;
    },
  };
}
