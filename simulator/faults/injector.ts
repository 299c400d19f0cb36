import type { People } from '../people/people.ts';
import { noTrouble } from '../store/fates.ts';
import type { Universe } from '../universe/universe.ts';
import type { FaultKind } from './fault-kind.ts';
import { identityFaults } from './identity-faults.ts';
import { machineFaults } from './machine-faults.ts';
import { networkFaults } from './network-faults.ts';
import { peopleFaults } from './people-faults.ts';
import { serverFaults } from './server-faults.ts';

export const allFaults: readonly FaultKind[] = [
  ...networkFaults,
  ...serverFaults,
  ...machineFaults,
  ...identityFaults,
  ...peopleFaults,
];

/** How often a kind comes in one seed; most kinds do not come at all, so that the others are seen alone. */
const LEVELS = [0, 0, 0, 0.3, 1, 3] as const;

/** Strikes while the faults are on, each kind with a rate and a stream of chance of its own. */
export class Injector {
  readonly #universe: Universe;
  readonly #people: People;
  readonly #endMs: number;
  #isOver = false;

  constructor(universe: Universe, people: People, endMs: number) {
    this.#universe = universe;
    this.#people = people;
    this.#endMs = endMs;
  }

  /** `without` names kinds that are left out, so that a failing seed can be told with fewer of them. */
  begin(without: ReadonlySet<string>): 'quiet' | 'striking' {
    const isQuiet = this.#universe.world.random.fork('quiet').chance(0.05);
    for (const kind of allFaults) {
      const random = this.#universe.world.random.fork(`fault ${kind.name}`);
      const level = random.pick(LEVELS);
      if (level > 0 && !isQuiet && !without.has(kind.name)) this.#strikeAgain(kind, kind.everyMs / level, random);
    }
    return isQuiet ? 'quiet' : 'striking';
  }

  /** From here on nothing breaks any more, and whatever was broken is mended. */
  end(): void {
    this.#isOver = true;
    const { universe } = { universe: this.#universe };
    universe.storeTrouble = noTrouble;
    universe.mend();
  }

  #strikeAgain(kind: FaultKind, meanMs: number, random: Parameters<FaultKind['strike']>[0]['random']): void {
    const { timeline } = this.#universe.world;
    const waitMs = -Math.log(1 - random.next()) * meanMs;
    if (timeline.nowMs + waitMs > this.#endMs) return;
    timeline.schedule(waitMs, () => {
      this.#strike(kind, random);
      this.#strikeAgain(kind, meanMs, random);
    });
  }

  #strike(kind: FaultKind, random: Parameters<FaultKind['strike']>[0]['random']): void {
    const { world } = this.#universe;
    const later = (delayMs: number, act: () => void): void => {
      world.timeline.schedule(delayMs, () => {
        if (!this.#isOver) act();
      });
    };
    const told = kind.strike({ universe: this.#universe, people: this.#people, random, later });
    if (told === undefined) return;
    world.reached.add(`fault ${kind.name}`);
    world.trace.mark(kind.name);
    world.trace.tell(() => `FAULT ${told}`);
  }
}
