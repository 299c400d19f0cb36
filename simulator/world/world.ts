import { type Random, randomOf } from './random.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';

/** Time, chance and memory of one simulated world. */
export interface World {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly trace: Trace;
  /** Names of things that were reached, for the table of coverage. */
  readonly reached: Set<string>;
  /** Throws what is wrong with the product; the seed has failed. */
  readonly violated: (invariant: string, detail: string) => never;
}

export class Violation extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

/** For what nobody waits for: a violation has stopped the timeline already, and anything else is a fault of the code. */
export function onlyViolations(error: unknown): void {
  if (!(error instanceof Violation)) throw error;
}

export function createWorld(seed: number, isTold: boolean): World & { readonly violations: readonly Violation[] } {
  const timeline = new Timeline();
  const trace = new Trace(() => timeline.nowMs, isTold);
  const violations: Violation[] = [];
  return {
    timeline,
    random: randomOf(seed),
    trace,
    reached: new Set(),
    violations,
    violated: (invariant, detail) => {
      // Real code may catch what is thrown through it, so it is remembered as well.
      const violation = new Violation(invariant, detail);
      violations.push(violation);
      trace.tell(() => `VIOLATED ${violation.message}`);
      timeline.stop(violation);
      throw violation;
    },
  };
}
