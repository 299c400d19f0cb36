import type { People } from '../people/people.ts';
import { noTrouble } from '../store/fates.ts';
import type { Universe } from '../universe/universe.ts';
import type { FaultKind } from './fault-kind.ts';
import { identityFaults } from './identity-faults.ts';
import { machineFaults } from './machine-faults.ts';
import { networkFaults } from './network-faults.ts';
import { peopleFaults } from './people-faults.ts';
import { restoreFaults } from './restore-faults.ts';
import { serverFaults } from './server-faults.ts';
import { settingFaults } from './setting-faults.ts';

/**
 * What of the table of faults (F1 to F14) each kind stands for:
 *
 * F1 drop, reorder between links   link-breaks, link-half-open, all-links-break
 * F2 delay                         slow-network
 * F3 partitions                    partition, one-way-partition, partition-at-an-acquire, links-stop-one-by-one; from the
 *                                  database: database-restarts, database-connections-break
 * F4 half-open                     link-half-open
 * F5 server crash, upgrade         server-crashes, server-crashes-in-a-statement, rolling-restart
 * F6 gateway crash, journal        gateway-crashes, gateway-crashes-at-a-sync, machine-loses-power, disk-is-full, disk-fills-at-an-acquire,
 *                                  journal-is-lost
 * F7 runners                       runner-is-ended, sessions-in-trouble (runner-dies-early), flows that hang, leave children or end
 *                                  without a result (machine/flow-behaviour.ts)
 * F8 machines and sessions         machine-turns-sick, machine-reboots, session-is-ended, person-at-a-screen, person-holds-a-session,
 *                                  sessions-in-trouble, password-is-changed, connection-is-checked
 * F9 pauses                        server-stands-still, gateway-stands-still, machine-sleeps (one clock counts it, one does not)
 * F10 clocks                       machine-clock-is-set, database-clock-is-set, and the drift of a world's shape
 * F11 database                     database-in-trouble, database-restarts, database-is-restored, two-histories-are-restored
 * F12 identities                   machine-is-cloned, machine-is-set-back, the same of a working machine (working-…), two-gateways-on-one-machine,
 *                                  gateway-is-removed
 * F13 people at the same instant   people-act-at-once, people-act-at-an-acquire, cancel-at-an-offer, gateway-is-disabled,
 *                                  gateway-is-declared-gone, machine-is-declared-gone-at-a-cancel, gateway-is-removed,
 *                                  toggle-is-switched, capacity-is-set, add-ons-are-set, add-ons-run-out
 * F14 load                         bursts of submits (people/people.ts) and flows that log much (machine/flow-behaviour.ts)
 */
export const allFaults: readonly FaultKind[] = [
  ...networkFaults,
  ...serverFaults,
  ...restoreFaults,
  ...machineFaults,
  ...identityFaults,
  ...peopleFaults,
  ...settingFaults,
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
    const drawn = allFaults.map((kind) => {
      const random = this.#universe.world.random.fork(`fault ${kind.name}`);
      const level = random.pick(LEVELS);
      const isSpared = kind.share !== undefined && !random.chance(kind.share);
      return { kind, random, level: isSpared || without.has(kind.name) ? 0 : level };
    });
    const excluded = new Set(drawn.flatMap(({ kind, level }) => (level > 0 ? (kind.excludes ?? []) : [])));
    for (const { kind, random, level } of drawn)
      if (level > 0 && !isQuiet && !excluded.has(kind.name)) this.#strikeAgain(kind, kind.everyMs / level, random);
    return isQuiet ? 'quiet' : 'striking';
  }

  /** From here on nothing breaks any more, and whatever was broken is mended. */
  end(): void {
    this.#isOver = true;
    const universe = this.#universe;
    universe.watch.expectNothing();
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
