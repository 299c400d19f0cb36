import type { AttemptReport } from '@deskhand/protocol/link/messages.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, linuxFacts, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());

const isQuarantined = async (): Promise<boolean | undefined> =>
  (await world.stores.store.identity('g1'))?.quarantined ?? undefined;

/** A new link of a gateway whose journal is so far, which must not be opened for work. */
async function turnedAway(journalPosition: number | undefined): Promise<void> {
  await expect(world.linkUp('g1', journalPosition === undefined ? {} : { journalPosition })).rejects.toThrow(
    'was not opened',
  );
  expect(await isQuarantined()).toBe(true);
}

/** Offers a run over the link and acquires it, with what the gateway tells of its journal. */
async function acquire(link: OpenLink, runId: string, journalPosition?: number): Promise<number> {
  await world.settled();
  const attempt = world.offers().findLast((one) => one.runId === runId)?.attempt ?? 0;
  const { journalId } = link;
  const position = journalPosition === undefined ? {} : { journalPosition };
  const message = { type: 'acquire', runId, attempt, journalId, factsVersion: 1, ...position } as const;
  expect(await world.say(link, message)).toMatchObject([{ type: 'acquired' }]);
  return attempt;
}

describe('what was acquired after a copy of the machine was made', () => {
  test('is not given to anybody else when the copy links: the gateway is quarantined', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await acquire(link, run.id, 11);
    await turnedAway(10);
    expect(await world.state(run.id)).toBe('starting');
    expect(value(await world.runs.explain(alice, (await world.submit()).id))).toMatchObject({
      because: { code: 'gateway-quarantined' },
    });
  });

  test('is not given to anybody else either when the copy has written as much since', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await acquire(link, run.id, 11);
    await expect(world.linkUp('g1', { journalPosition: 12, asked: [] })).rejects.toThrow('not opened');
    expect(await isQuarantined()).toBe(true);
    expect(await world.state(run.id)).toBe('starting');
  });

  test('after a restore what the database holds again may have been forgotten, and nobody is quarantined for it', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await acquire(link, run.id, 11);
    await world.linkUp('g1', { journalPosition: 12, asked: [], journalWasWanted: true });
    expect(await isQuarantined()).toBe(false);
  });

  test('is judged by its own position also when it was an offer to the first look', async () => {
    const older = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await world.settled();
    const { heldBy } = world.stores.store;
    const acquiredMeanwhile = async (gatewayId: string) => {
      const held = await heldBy(gatewayId);
      const of = { runId: run.id as never, attempt: 1, gatewayId: 'g1' as never, linkNumber: older.linkNumber + 1 };
      await world.stores.store.acquire(of, { journalId: older.journalId, position: 11 });
      return held;
    };
    Object.assign(world.stores.store, { heldBy: acquiredMeanwhile });
    await turnedAway(10);
    expect(await world.state(run.id)).toBe('starting');
  });

  test('may be told again by the machine itself, which is behind nothing', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    const attempt = await acquire(link, run.id, 11);
    const going: AttemptReport = { runId: run.id, attempt, phase: 'signingIn', result: null, lastLogSeqAcked: 0 };
    const again = await world.linkUp('g1', { journalPosition: 12, attempts: [going] });
    expect(again.decisions).toMatchObject([{ decision: 'go-on' }]);
  });

  test('is given back when the machine itself never began it', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await acquire(link, run.id, 11);
    await world.database.pool.query('update gateway set enabled = false');
    await world.linkUp('g1', { journalPosition: 11 });
    expect(await world.state(run.id)).toBe('queued');
  });
});

describe('an idle machine that is behind', () => {
  test('its last link is quarantined', async () => {
    await world.linkUp('g1', { journalPosition: 10 });
    await turnedAway(9);
  });

  test('a heartbeat is quarantined, and the database says why', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    await world.say(link, { type: 'heartbeat', progress: [], journalFault: null, journalPosition: 14 });
    await world.say(link, { type: 'heartbeat', progress: [], journalFault: null });
    await turnedAway(13);
    const { rows } = await world.database.pool.query(`select detail from audit_log where verb = 'quarantine'`);
    expect(rows).toMatchObject([{ detail: { because: expect.stringMatching(/entry 13.*entry 14/) } }]);
  });

  test('an end is not held against what came before: a run that is over leaves no trace of its acquire', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    const attempt = await acquire(link, run.id, 11);
    await world.say(link, succeeded(run.id, attempt));
    await world.linkUp('g1', { journalPosition: 10 });
    expect(await isQuarantined()).toBe(false);
  });
});

describe('nobody is quarantined', () => {
  test('for a journal that was begun anew', async () => {
    await world.linkUp('g1', { journalPosition: 10 });
    await world.linkUp('g1', { journalId: 'another', journalPosition: 0 });
    expect(await isQuarantined()).toBe(false);
  });

  test('for what a gateway of the release before does not tell, and after it nothing of before counts', async () => {
    await world.linkUp('g1', { journalPosition: 10 });
    await world.linkUp('g1');
    await world.linkUp('g1', { journalPosition: 3 });
    expect(await isQuarantined()).toBe(false);
  });

  test('after a link to a server of the release before, which knows of no positions', async () => {
    await world.linkUp('g1', { journalPosition: 10 });
    await world.database.pool.query(
      `update gateway set link_number = 2, pending_link_number = null, journal_id = 'j2'`,
    );
    await world.linkUp('g1', { journalId: 'j2', journalPosition: 3 });
    expect(await isQuarantined()).toBe(false);
  });

  test('by a position of an attempt before, which a server of the release before has left in its place', async () => {
    const link = await world.linkUp('g1', { journalPosition: 10 });
    const run = await world.submit();
    await acquire(link, run.id, 11);
    await world.database.pool.query('update run set attempt = 2, journal_id = $1', ['journal-g1']);
    await world.database.pool.query('update gateway set journal_position = null');
    await world.linkUp('g1', { journalPosition: 5 });
    expect(await isQuarantined()).toBe(false);
  });

  test('by a server that stood still while the gateway went on over a newer link', async () => {
    const older = await world.linkUp('g1', { journalPosition: 10 });
    const newer = await world.linkUp('g1', { journalPosition: 10 });
    await acquire(newer, (await world.submit()).id, 12);
    const report = { attempts: [], version: '1', encryptedClusterKey: null, journalPosition: 10 };
    const late = await world.link.reconcile(older, { ...report, facts: linuxFacts() });
    expect([late, await isQuarantined()]).toEqual([undefined, false]);
  });
});
