import { activeStates, allStates, transitions } from '@deskhand/domain/run/transitions.ts';
import { allFaults } from '../faults/injector.ts';
import type { SeedReport } from './seed-report.ts';

/** Below this share of seeds something is as good as not simulated. */
export const COVERAGE_SHARE_MIN = 0.01;

/** What every long simulation should have met: states, edges of the transition table, kinds of faults. */
export function expectedMarks(): readonly string[] {
  return [
    ...allStates.map((state) => `state ${state}`),
    ...activeStates.flatMap((state) => Object.keys(transitions[state]).map((event) => `edge ${state} ${event}`)),
    ...allFaults.map((kind) => `fault ${kind.name}`),
  ];
}

export class Coverage {
  readonly #counts = new Map<string, number>();
  #seeds = 0;

  add(report: SeedReport): void {
    this.#seeds += 1;
    for (const mark of report.reached) this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1);
  }

  /** What too few seeds reached. */
  missing(): readonly string[] {
    return expectedMarks().filter((mark) => this.#share(mark) < COVERAGE_SHARE_MIN);
  }

  table(): readonly string[] {
    const others = [...this.#counts.keys()].filter((mark) => !expectedMarks().includes(mark)).sort();
    return [...expectedMarks(), ...others].map((mark) => {
      const share = (100 * this.#share(mark)).toFixed(1).padStart(6);
      return `${share} %  ${mark}${this.#share(mark) < COVERAGE_SHARE_MIN ? '   ← too few' : ''}`;
    });
  }

  #share(mark: string): number {
    return this.#seeds === 0 ? 0 : (this.#counts.get(mark) ?? 0) / this.#seeds;
  }
}
