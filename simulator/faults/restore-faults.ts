import type { DatabaseSnapshot } from '../store/database.ts';
import { type FaultKind, fillDisk, MINUTE_MS, type Scene, SECOND_MS, someTime } from './fault-kind.ts';
import { inSeconds } from './network-faults.ts';

/** What was started since lies in journals alone: a machine that loses its own as well, or its identity, is beyond help. */
const BEYOND_HELP = [
  'journal-is-lost',
  'machine-is-cloned',
  'machine-is-set-back',
  'working-machine-is-copied',
  'working-machine-is-set-back',
  'two-gateways-on-one-machine',
  'gateway-is-removed',
] as const;

/** Until a run that was acquired when the disk was full is in the queue again. */
const GIVEN_BACK_MS = 500;

/** Of F11: an operator puts an older backup back, and everybody goes on (DESIGN §7.6). */
export const restoreFaults: readonly FaultKind[] = [
  {
    name: 'database-is-restored',
    everyMs: 45 * MINUTE_MS,
    share: 0.2,
    excludes: BEYOND_HELP,
    strike: (scene) => {
      const { universe, random, later } = scene;
      const backup = universe.database.snapshot();
      const ageMs = someTime(random, 30 * MINUTE_MS);
      const awayMs = someTime(random, 5 * MINUTE_MS);
      later(ageMs, () => restore(scene, backup, awayMs));
      return `a backup is taken, and is restored in ${inSeconds(ageMs)}`;
    },
  },
  {
    // The later backup is of a history that the restore of the earlier one took back: attempts of one are none of the other.
    name: 'two-histories-are-restored',
    everyMs: 30 * MINUTE_MS,
    share: 0.15,
    excludes: BEYOND_HELP,
    strike: (scene) => {
      const { universe, random, later } = scene;
      const betweenMs = random.between(4 * SECOND_MS, 20 * SECOND_MS);
      const nextMs = random.between(20 * SECOND_MS, 2 * MINUTE_MS);
      universe.watch.onNext('starting', () => {
        // Nobody can begin anything, so runs are given back and offered again by higher numbers.
        for (const { machine } of universe.gateways) fillDisk(scene, machine, betweenMs);
        later(GIVEN_BACK_MS, () => {
          const earlier = universe.database.snapshot();
          later(betweenMs, () => {
            const backup = universe.database.snapshot();
            restore(scene, earlier, random.between(0, 10 * SECOND_MS));
            later(nextMs, () => restore(scene, backup, random.between(0, 10 * SECOND_MS)));
          });
        });
      });
      const when = `of ${inSeconds(betweenMs)} one after the other, are restored, the second ${inSeconds(nextMs)} after the first`;
      return `when a run is taken next, disks are full and two backups, ${when}`;
    },
  },
];

function restore({ universe, people, later }: Scene, backup: DatabaseSnapshot, awayMs: number): void {
  universe.restoreDatabase(backup);
  people.forgetSince();
  universe.world.reached.add('database went on from a backup');
  later(awayMs, () => {
    for (const replica of universe.replicas) replica.start();
  });
}
