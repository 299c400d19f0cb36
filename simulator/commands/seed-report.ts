import type { SeedResult } from '../universe/simulate.ts';

/** How one seed went, as it passes between processes. */
export interface SeedReport extends Omit<SeedResult, 'reached' | 'story'> {
  readonly reached: readonly string[];
  readonly tookMs: number;
}
