import { type FaultKind, MINUTE_MS, someTime } from './fault-kind.ts';
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

/** Of F11: an operator puts an older backup back, and everybody goes on (DESIGN §7.6). */
export const restoreFaults: readonly FaultKind[] = [
  {
    name: 'database-is-restored',
    everyMs: 45 * MINUTE_MS,
    share: 0.2,
    excludes: BEYOND_HELP,
    strike: ({ universe, people, random, later }) => {
      const backup = universe.database.snapshot();
      const ageMs = someTime(random, 30 * MINUTE_MS);
      const awayMs = someTime(random, 5 * MINUTE_MS);
      later(ageMs, () => {
        universe.restoreDatabase(backup);
        people.forgetSince();
        universe.world.reached.add('database went on from a backup');
        later(awayMs, () => {
          for (const replica of universe.replicas) replica.start();
        });
      });
      return `a backup is taken, and is restored in ${inSeconds(ageMs)}`;
    },
  },
];
