import { describe, expect, test } from 'vitest';
import type { AccountId, ClusterId } from '@deskhand/domain/brand.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import { NotificationChannel, openSimulatedChangeFeed } from './change-feed.ts';
import { SimulatedDatabase } from './database.ts';
import { newCluster } from './new-rows.ts';
import { type Fate, SimulatedServer, StoreSession } from './server.ts';

const soon: Fate = { toServerMs: 1, workMs: 0, backMs: 1, fault: 'none', outlivesProgram: false };

/** A server in a time of its own; `fates` are drawn one for each statement, then nothing happens any more. */
function serverWorld(...fates: Partial<Fate>[]) {
  let nowMs = 0;
  const due: { atMs: number; work: () => unknown }[] = [];
  const schedule = (delayMs: number, work: () => unknown): void => void due.push({ atMs: nowMs + delayMs, work });
  const database = new SimulatedDatabase(() => nowMs);
  database.atomically(() => {
    for (const id of ['a', 'b'] as ClusterId[]) database.clusters.set(id, newCluster({ id, name: id, ownerId: null }));
  });
  const server = new SimulatedServer(database, {
    nowMs: () => nowMs,
    schedule,
    fateOf: () => ({ ...soon, ...fates.shift() }),
  });
  const passTime = async (untilMs: number): Promise<void> => {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      due.sort((a, b) => a.atMs - b.atMs);
      const next = due[0];
      if (next === undefined || next.atMs > untilMs) break;
      due.shift();
      nowMs = next.atMs;
      next.work();
    }
    nowMs = untilMs;
  };
  const version = (id: string) => database.clusters.get(id)?.queueVersion;
  const bump = (session: StoreSession, id = 'a') =>
    session.run(
      'bump',
      () => {
        database.bump(id);
        return nowMs;
      },
      () => id,
    );
  const after = (delayMs: number, act: () => void): (() => void) => {
    let isOff = false;
    schedule(delayMs, () => isOff || act());
    return () => void (isOff = true);
  };
  const timers: Timers = { nowMs: () => nowMs, after, every: () => () => undefined };
  return { server, database, timers, schedule, passTime, version, bump };
}

const settled = async <T>(promise: Promise<T>): Promise<string> =>
  await promise.then(
    () => 'answered',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('the simulated database server', () => {
  test('a connection that breaks before the commit changes nothing, one that breaks after it loses only the answer', async () => {
    const world = serverWorld({ fault: 'lost-before' }, { fault: 'lost-after' }, { fault: 'refused' });
    const session = new StoreSession(world.server);
    const answers = Promise.all([1, 2, 3].map(() => settled(world.bump(session))));
    await world.passTime(10);
    expect(await answers).toEqual(['ECONNRESET', 'ECONNRESET', '40001']);
    expect(world.version('a')).toBe(1);
  });

  test('what works on a cluster keeps others of that cluster waiting, and no others', async () => {
    const world = serverWorld({ workMs: 500 });
    const session = new StoreSession(world.server);
    const times = Promise.all([world.bump(session), world.bump(session), world.bump(session, 'b')]);
    await world.passTime(1_000);
    expect(await times).toEqual([501, 501, 1]);
  });

  test('a statement that stalls beyond its timeout is cancelled, and so is who waited for its lock all the while', async () => {
    const world = serverWorld({ workMs: 60_000 }, { toServerMs: 0.5, workMs: 30_000 });
    const session = new StoreSession(world.server);
    const answers = Promise.all([settled(world.bump(session)), settled(world.bump(session))]);
    await world.passTime(60_000);
    expect(await answers).toEqual(['57014', '57014']);
    expect(world.version('a')).toBe(0);
  });

  test('a call that finds every connection in use waits for one, but not for ever', async () => {
    const world = serverWorld({ workMs: 10_000 });
    const session = new StoreSession(world.server, 1);
    const answers = Promise.all([settled(world.bump(session)), settled(world.bump(session, 'b'))]);
    await world.passTime(20_000);
    expect(await answers).toEqual(['answered', 'timeout exceeded when trying to connect']);
  });

  test('a restart breaks what is on its way, refuses what comes, and keeps what was committed', async () => {
    const world = serverWorld({}, { workMs: 100 });
    const session = new StoreSession(world.server);
    const committed = settled(world.bump(session));
    const working = settled(world.bump(session, 'b'));
    await world.passTime(5);
    world.server.restart(1_000);
    const away = settled(world.bump(session));
    await world.passTime(2_000);
    const back = settled(world.bump(session));
    await world.passTime(2_010);
    expect(await Promise.all([committed, working, away, back])).toEqual([
      'answered',
      'ECONNRESET',
      'ECONNREFUSED',
      'answered',
    ]);
    expect([world.version('a'), world.version('b')]).toEqual([2, 0]);
  });

  test('a program that died hears no answer, whether or not its statement was carried out', async () => {
    const world = serverWorld({ outlivesProgram: true }, { outlivesProgram: false });
    const session = new StoreSession(world.server);
    let answers = 0;
    for (const cluster of ['a', 'b']) void world.bump(session, cluster).finally(() => (answers += 1));
    await world.passTime(0);
    session.die();
    await world.passTime(100);
    expect([answers, world.version('a'), world.version('b')]).toEqual([0, 1, 0]);
  });
});

describe('the simulated database', () => {
  const nobody = newCluster({ id: 'c' as ClusterId, name: 'c', ownerId: null });

  test('a transaction that throws leaves nothing of what it wrote', () => {
    const { database, version } = serverWorld();
    const refused = (): never => {
      database.bump('a');
      database.clusters.set('c', nobody);
      throw new Error('refused');
    };
    expect(() => database.atomically(refused)).toThrow('refused');
    expect([version('a'), database.clusters.get('c')]).toEqual([0, undefined]);
  });

  test('an older backup that is restored knows nothing of what came after it, and its counters go back too', () => {
    const { database } = serverWorld();
    const backup = database.snapshot();
    database.atomically(() => {
      database.clusters.set('c', { ...nobody, ownerId: 'alice' as AccountId });
      database.sequences.commit = 7;
    });
    database.restore(backup, 'epoch-2');
    expect(database.clusters.get('c')).toBeUndefined();
    expect(database.sequences.commit).toBe(0);
    expect(database.installation.get('only')?.epoch).toBe('epoch-2');
  });
});

describe('changes between simulated replicas', () => {
  test('reach the other replica coalesced; after a broken connection it is told to read everything again', async () => {
    const { server, passTime, timers } = serverWorld();
    const channel = new NotificationChannel(server, () => 5);
    const [one, two] = ['one', 'two'].map((name) =>
      openSimulatedChangeFeed(new StoreSession(server), channel, { name, timers }),
    );
    const heard: string[] = [];
    two?.subscribe((change) => heard.push(change.kind));
    for (const runId of ['r', 'r', 's']) one?.publish({ kind: 'run', runId });
    await passTime(100);
    expect(heard).toEqual(['run', 'run']);
    two?.breakConnection();
    one?.publish({ kind: 'run', runId: 'lost' });
    await passTime(1_000);
    expect(heard).toEqual(['run', 'run', 'reload']);
  });

  test('a notification that could not be sent makes the other replica read everything again', async () => {
    const { server, passTime, timers } = serverWorld({ fault: 'lost-before' });
    const channel = new NotificationChannel(server, () => 5);
    const [one, two] = ['one', 'two'].map((name) =>
      openSimulatedChangeFeed(new StoreSession(server), channel, { name, timers }),
    );
    const heard: string[] = [];
    two?.subscribe((change) => heard.push(change.kind));
    one?.publish({ kind: 'run', runId: 'lost' });
    await passTime(1_000);
    expect(heard).toEqual(['reload']);
  });
});
