const HOUR_MS = 60 * 60_000;
/** More bars than these nobody can tell apart in a chart. */
export const BUCKETS_MAX = 200;
const BUCKET_LENGTHS_MS = [HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS] as const;

/** What was held between two moments of a play. */
export interface UsedBetween {
  readonly fromMs: number;
  /** On the average of the time, and at most at one moment. */
  readonly slotsMean: number;
  readonly slotsPeak: number;
  readonly addOnsPeak: number;
}

export interface Usage {
  readonly bucketMs: number;
  readonly buckets: readonly UsedBetween[];
  readonly slotsPeak: number;
  readonly addOnsPeak: number;
}

export interface UsageMeter {
  /** What was held from the last moment until this one. */
  passTo(atMs: number, held: { readonly slots: number; readonly addOns: number }): void;
  read(): Usage;
}

export function bucketLengthMs(spanMs: number): number {
  return (
    BUCKET_LENGTHS_MS.find((length) => spanMs / length <= BUCKETS_MAX - 1) ?? Math.ceil(spanMs / (BUCKETS_MAX - 1))
  );
}

/** Whole hours by the clock of the load; what is held after its end is not told. */
export function createUsage(fromMs: number, toMs: number): UsageMeter {
  const bucketMs = bucketLengthMs(Math.max(0, toMs - fromMs));
  const firstMs = Math.floor(fromMs / bucketMs) * bucketMs;
  const count = Math.max(1, Math.ceil((toMs - firstMs) / bucketMs));
  const slotMs = new Float64Array(count);
  const slotsPeaks = new Int32Array(count);
  const addOnsPeaks = new Int32Array(count);
  let sinceMs = firstMs;
  let slotsPeak = 0;
  let addOnsPeak = 0;
  return {
    passTo: (atMs, { slots, addOns }) => {
      if (slots > 0 || addOns > 0) {
        slotsPeak = Math.max(slotsPeak, slots);
        addOnsPeak = Math.max(addOnsPeak, addOns);
        const first = Math.max(0, Math.floor((sinceMs - firstMs) / bucketMs));
        const last = Math.min(count - 1, Math.floor((atMs - firstMs) / bucketMs));
        for (let index = first; index <= last; index += 1) {
          const beginMs = firstMs + index * bucketMs;
          const heldMs = Math.min(atMs, beginMs + bucketMs) - Math.max(sinceMs, beginMs);
          if (heldMs <= 0) continue;
          slotMs[index] = (slotMs[index] ?? 0) + slots * heldMs;
          slotsPeaks[index] = Math.max(slotsPeaks[index] ?? 0, slots);
          addOnsPeaks[index] = Math.max(addOnsPeaks[index] ?? 0, addOns);
        }
      }
      sinceMs = Math.max(sinceMs, atMs);
    },
    read: () => ({
      bucketMs,
      slotsPeak,
      addOnsPeak,
      buckets: Array.from({ length: count }, (_, index) => ({
        fromMs: firstMs + index * bucketMs,
        slotsMean: (slotMs[index] ?? 0) / bucketMs,
        slotsPeak: slotsPeaks[index] ?? 0,
        addOnsPeak: addOnsPeaks[index] ?? 0,
      })),
    }),
  };
}
