import type { AttemptReport, JournalEntryReport } from '@deskhand/protocol/link/messages.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, linuxFacts, type RunWorld, succeeded, value } from '../../testing/run-world.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld({ gateways: ['g1', 'g2'], runOnAllGateways: true });
});
afterEach(() => world.close());

const restored = { because: 'restored', backupTakenAt: '2026-01-01T00:00:00Z', shownBy: null } as const;
const audit = { actor: 'test', verb: 'restore', object: 'installation', detail: {}, origin: 'test' };
const begin = () => world.stores.recovery.begin(restored, 'after-restore', audit);

const entry = (runId: string, change: Partial<JournalEntryReport> = {}): JournalEntryReport => ({
  runId,
  attempt: 1,
  flowName: 'Invoices',
  mode: 'unattended',
  accountName: 'user1',
  requestedBy: 'alice@corp.example',
  startedAtMs: 1_700_000_000_000,
  phase: 'ended',
  result: succeeded(runId, 1).result,
  isSettled: true,
  ...change,
});

interface Telling {
  readonly seen?: { readonly epoch: string; readonly commit: number };
  readonly presented?: number;
  readonly journal?: readonly JournalEntryReport[];
  readonly attempts?: readonly AttemptReport[];
}

/** A gateway links as one that was last here before the restore. */
async function link(gatewayId: string, told: Telling = {}): Promise<OpenLink> {
  const identity = value(await world.link.identify(gatewayId));
  const seen = told.seen ?? { epoch: 'epoch', commit: 90 };
  const welcome = value(await world.link.connect(identity, told.presented ?? 7, seen));
  await world.link.confirm(gatewayId, welcome.linkNumber);
  const { clusterId } = identity;
  const open = { gatewayId, clusterId, linkNumber: welcome.linkNumber, journalId: `journal-${gatewayId}` };
  const { wantsJournal } = welcome;
  const journalIsLeft = wantsJournal && told.journal && !(await world.link.takeJournal(open, told.journal));
  const facts = { facts: linuxFacts(), version: '1', encryptedClusterKey: null };
  const { attempts = [] } = told;
  const journal = { journalWasWanted: wantsJournal, journalIsLeft: journalIsLeft === true };
  await world.link.reconcile(open, { attempts, ...facts, ...journal });
  await world.settled();
  return open;
}
const recovery = () => world.stores.recovery.read();
const named = () => world.stores.recovery.journalOnlyRuns({ requestedBy: null, after: null, limit: 10 });

describe('after a restore', () => {
  test('nothing is offered until every member has reported, and the reason names who is missing', async () => {
    await begin();
    const run = await world.submit();
    await link('g1');
    expect(await world.state(run.id)).toBe('queued');
    const because = value(await world.runs.explain(alice, run.id)).because;
    expect(because).toMatchObject({ code: 'journal-awaited' });
    expect(because?.message).toMatch(/since: g2\.$/);
    expect((await recovery()).awaited.map(({ name }) => name)).toEqual(['g2']);
    await link('g2');
    expect(await world.state(run.id)).toBe('offered');
    expect((await recovery()).awaited).toEqual([]);
  });

  test('an admin accepts the risk for a machine that will not come back', async () => {
    await begin();
    const run = await world.submit();
    await link('g1');
    const rows = async () => (await world.database.pool.query('select verb from audit_log')).rowCount ?? 0;
    const before = await rows();
    expect(await world.stores.recovery.acceptRisk(['g2'], audit)).toEqual(['cluster']);
    expect(await world.stores.recovery.acceptRisk(['g2'], audit)).toEqual([]);
    expect((await rows()) - before).toBe(1);
    world.runs.wakeups.wake('cluster');
    await world.settled();
    expect(await world.state(run.id)).toBe('offered');
  });

  test('a queued run that a journal has ended takes its end and never starts again', async () => {
    const run = await world.submit();
    await begin();
    await link('g1', { journal: [entry(run.id)] });
    await link('g2');
    expect(await world.state(run.id)).toBe('succeeded');
    expect(world.offers()).toEqual([]);
  });

  test('a queued run that a gateway still works on is its run again', async () => {
    const run = await world.submit();
    await begin();
    const running = { runId: run.id, attempt: 1, phase: 'running', result: null, lastLogSeqAcked: 0 } as const;
    const journal = [entry(run.id, { phase: 'running', result: null, isSettled: false })];
    await link('g1', { journal, attempts: [running] });
    expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'running', gateway: { id: 'g1' } });
  });

  test('a run that was settled without a result is uncertain, and never offered', async () => {
    const run = await world.submit();
    await begin();
    await link('g1', { journal: [entry(run.id, { phase: 'running', result: null })] });
    await link('g2');
    expect(await world.state(run.id)).toBe('uncertain');
  });

  test('a later attempt of another gateway counts, although the backup shows the run starting elsewhere', async () => {
    const first = await world.linkUp('g1');
    const run = await world.submit();
    await world.settled();
    await world.say(first, { type: 'acquire', runId: run.id, attempt: 1, journalId: 'journal-g1', factsVersion: 1 });
    expect(await world.state(run.id)).toBe('starting');
    await begin();
    await link('g2', { journal: [entry(run.id, { attempt: 2, result: succeeded(run.id, 2).result })] });
    await link('g1');
    expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'succeeded', gateway: { id: 'g2' } });
  });

  test.each([1, 2])(
    'attempt %d that a journal tells was started counts, although the backup had that run given back up to attempt 2',
    async (attempt) => {
      const run = await world.submit();
      await world.database.pool.query('update run set attempt = 2 where id = $1', [run.id]);
      await begin();
      const going = { attempt, phase: 'running', result: null } as const;
      const attempts = [{ ...going, runId: run.id, lastLogSeqAcked: 0 }];
      const open = await link('g1', { journal: [entry(run.id, { ...going, isSettled: false })], attempts });
      await link('g2');
      expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'running', gateway: { id: 'g1' } });
      expect(world.offers()).toEqual([]);
      await world.say(open, succeeded(run.id, attempt));
      expect(await world.state(run.id)).toBe('succeeded');
    },
  );

  test.each(['offered', 'acquired'] as const)(
    'a start under the number of an attempt that the backup has %s elsewhere counts',
    async (state) => {
      const first = await world.linkUp('g1');
      const run = await world.submit();
      await world.settled();
      if (state === 'acquired')
        await world.say(first, {
          type: 'acquire',
          runId: run.id,
          attempt: 1,
          journalId: 'journal-g1',
          factsVersion: 1,
        });
      await begin();
      await link('g2', { journal: [entry(run.id)] });
      await link('g1');
      expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'succeeded', gateway: { id: 'g2' } });
      expect(world.offers()).toHaveLength(1);
    },
  );

  test('a start that the backup does not doubt stays where it is, whatever another journal tells', async () => {
    const run = await world.submit();
    await world.start(await world.linkUp('g1'), run);
    await begin();
    await link('g2', { journal: [entry(run.id)] });
    expect(value(await world.runs.get(alice, run.id))).toMatchObject({ state: 'running', gateway: { id: 'g1' } });
  });

  /** The backup shows a run in hand, and another one of the same account waiting behind it. */
  async function heldAndWaiting() {
    const held = await world.submit();
    await world.start(await world.linkUp('g1'), held, 'acquired');
    const waiting = await world.submit();
    await begin();
    return { held, waiting };
  }

  test('what the backup believes to be in hand is let go before a run of its account that really is', async () => {
    const { held, waiting } = await heldAndWaiting();
    const going = { attempt: 1, phase: 'running', result: null } as const;
    await link('g1', {
      journal: [entry(waiting.id, { ...going, isSettled: false })],
      attempts: [{ ...going, runId: waiting.id, lastLogSeqAcked: 0 }],
    });
    expect([await world.state(held.id), await world.state(waiting.id)]).toEqual(['queued', 'running']);
  });

  test('what ended since on an account that the backup still gives away is taken over when the journal is told again', async () => {
    const { held, waiting } = await heldAndWaiting();
    await link('g2', { journal: [] });
    const journal = [entry(waiting.id)];
    await link('g1', { journal });
    expect([await world.state(held.id), await world.state(waiting.id)]).toEqual(['queued', 'queued']);
    expect((await recovery()).awaited).toMatchObject([{ gatewayId: 'g1' }]);
    await link('g1', { journal, presented: 8 });
    expect(await world.state(waiting.id)).toBe('succeeded');
    expect((await recovery()).awaited).toEqual([]);
  });

  test('runs that only a journal knows are named, with how they ended', async () => {
    await begin();
    const open = await link('g1', {
      journal: [entry('lost-1'), entry('lost-2', { phase: 'running', result: null, isSettled: false })],
    });
    expect(await named()).toMatchObject([
      { runId: 'lost-1', gatewayName: 'g1', flowName: 'Invoices', phase: 'ended', outcome: 'succeeded' },
      { runId: 'lost-2', phase: 'running', outcome: null },
    ]);
    const late = succeeded('lost-2', 1);
    await world.say(open, { ...late, result: { ...late.result, state: 'cancelled' } });
    expect((await named())[1]).toMatchObject({ runId: 'lost-2', phase: 'ended', outcome: 'cancelled' });
  });

  test('deadlines of waiting runs rest until their cluster has recovered', async () => {
    const run = await world.submit();
    await begin();
    await world.database.pool.query(`update run set start_deadline_at = now() - interval '1 second' where id = $1`, [
      run.id,
    ]);
    await world.sweep.sweep();
    expect(await world.state(run.id)).toBe('queued');
    await link('g1', { journal: [entry(run.id)] });
    await link('g2');
    await world.sweep.sweep();
    expect(await world.state(run.id)).toBe('succeeded');
  });

  test('a link number that the backup never gave out is taken, and the next one is higher', async () => {
    await begin();
    expect((await link('g1', { presented: 41 })).linkNumber).toBe(42);
    expect((await link('g1', { presented: 42, seen: { epoch: 'after-restore', commit: 1 } })).linkNumber).toBe(43);
  });
});

describe('a gateway that has seen more than the database holds', () => {
  test('puts the whole server into recovery, with a new epoch', async () => {
    const before = value(await world.link.identify('g1')).database;
    await link('g1', { seen: { epoch: before.epoch, commit: before.commit + 1 } });
    const { cause, awaited } = await recovery();
    expect(cause).toMatchObject({ because: 'set-back', shownBy: 'g1' });
    expect(awaited.map(({ name }) => name)).toEqual(['g2']);
    expect(value(await world.link.identify('g2')).database).toMatchObject({ formerEpochs: [before.epoch] });
  });

  test('also makes those report that had linked before it', async () => {
    let closed: string | undefined;
    await world.close();
    world = await createRunWorld({ gateways: ['g1', 'g2'], unlink: (id) => (closed = id) });
    const open = await world.linkUp('g2');
    await link('g1', { seen: { epoch: 'never-here', commit: 1 } });
    await world.say(open, { type: 'heartbeat', progress: [], journalFault: null });
    expect(closed).toBe('g2');
  });
});
