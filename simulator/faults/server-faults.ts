import { noTrouble } from '../store/fates.ts';
import { type FaultKind, MINUTE_MS, SECOND_MS, someTime } from './fault-kind.ts';
import { inSeconds } from './network-faults.ts';

const CLOCK_STEP_MAX_MS = 60 * MINUTE_MS;

/** F5, F9, F10 and F11, at the servers and their database. */
export const serverFaults: readonly FaultKind[] = [
  {
    name: 'server-crashes',
    everyMs: 10 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const replica = random.pick(universe.replicas);
      if (!replica.isUp) return undefined;
      replica.crash(random.chance(0.3));
      const forMs = someTime(random, 5 * MINUTE_MS);
      later(forMs, () => replica.start());
      return `${replica.name} crashes and is back in ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'server-crashes-in-a-statement',
    everyMs: 8 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const replica = random.pick(universe.replicas);
      const isAfterCommit = random.chance(0.7);
      // Not the next one only: any of those that follow, so that every statement has its turn.
      universe.crashAtStatement(replica, { skip: random.below(40), isAfterCommit }, () => {
        later(someTime(random, MINUTE_MS), () => replica.start());
      });
      return `${replica.name} will crash ${isAfterCommit ? 'after' : 'before'} a commit`;
    },
  },
  {
    name: 'server-stands-still',
    everyMs: 15 * MINUTE_MS,
    strike: ({ universe, random }) => {
      const replica = random.pick(universe.replicas);
      const forMs = someTime(random, 5 * MINUTE_MS);
      replica.life?.standStill(forMs);
      return `${replica.name} stands still for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'rolling-restart',
    everyMs: 40 * MINUTE_MS,
    strike: ({ universe, later }) => {
      for (const [index, replica] of universe.replicas.entries()) {
        later(index * 30 * SECOND_MS, () => void replica.stop().then(() => replica.start()));
      }
      return 'all servers are restarted, one after the other';
    },
  },
  {
    name: 'database-restarts',
    everyMs: 20 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      universe.server.stop();
      const forMs = someTime(random, 2 * MINUTE_MS);
      later(forMs, () => universe.server.start());
      return `the database is away for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'database-connections-break',
    everyMs: 10 * MINUTE_MS,
    strike: ({ universe }) => {
      universe.server.breakConnections();
      return 'every connection to the database breaks';
    },
  },
  {
    name: 'database-in-trouble',
    everyMs: 12 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const share = (most: number): number => (random.chance(0.5) ? most * random.next() : 0);
      universe.storeTrouble = {
        latencyMs: random.pick([1, 1, 20]),
        slow: share(0.2),
        stalled: share(0.01),
        lostBefore: share(0.1),
        lostAfter: share(0.1),
        refused: share(0.2),
      };
      const forMs = someTime(random, 10 * MINUTE_MS);
      later(forMs, () => {
        universe.storeTrouble = noTrouble;
      });
      return `the database is in trouble for ${inSeconds(forMs)}: ${JSON.stringify(universe.storeTrouble)}`;
    },
  },
  {
    name: 'database-clock-is-set',
    everyMs: 40 * MINUTE_MS,
    strike: ({ universe, random }) => {
      // Never further from the right time than one step, or deadlines would lie beyond the time that everything has to end.
      const toMs = Math.round(random.between(-CLOCK_STEP_MAX_MS, CLOCK_STEP_MAX_MS) * random.pick([0.01, 1]));
      const byMs = toMs - universe.databaseClock.setMs;
      universe.databaseClock.set(byMs);
      return `the clock of the database is set by ${inSeconds(byMs)}`;
    },
  },
];
