import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuse } from '../../ports/outcome.ts';
import { alice, createRunWorld, FLOW, linuxFacts, type RunWorld, value } from '../../testing/run-world.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld({ gateways: ['g1', 'g2'], runOnAllGateways: true });
});
afterEach(() => world.close());
const body = { flowId: FLOW, connectionId: 'to-user1', mode: 'unattended' } as const;

describe('a dry run', () => {
  test('N3: names the members that could start the run now, and the rule by which another could not', async () => {
    await world.linkUp('g1');
    const answer = value(await world.runs.dryRun(alice, body));
    expect(answer).toMatchObject({ outcome: 'starts', position: null, because: null, accountName: 'user1' });
    expect(answer.members).toMatchObject([
      { name: 'g1', because: null },
      { name: 'g2', because: { code: 'gateway-offline' } },
    ]);
    const run = await world.submit();
    await world.settled();
    expect(world.offers()).toMatchObject([{ runId: run.id, gatewayId: 'g1' }]);
  });

  test('says where in the run queue it would wait, and until when probably', async () => {
    const link = await world.linkUp('g1', { facts: linuxFacts({ sessionLimit: 1 }) });
    await world.start(link, await world.submit());
    await world.submit({ user: 'user2' });
    await world.submit({ user: 'user2', priority: 'high' });
    const normal = value(await world.runs.dryRun(alice, { ...body, connectionId: 'to-user3' }));
    expect(normal).toMatchObject({ outcome: 'waits', position: 3, because: { code: 'no-free-slot' } });
    expect(Date.parse(normal.starts?.medianAt ?? '')).toBeGreaterThan(Date.now());
    const high = await world.runs.dryRun(alice, { ...body, connectionId: 'to-user3', priority: 'high' });
    expect(value(high)).toMatchObject({ outcome: 'waits', position: 2 });
    const placed = await world.submit({ user: 'user3', priority: 'high' });
    expect(value(await world.runs.get(alice, placed.id)).position).toBe(2);
  });

  test('says by which session rule it would end', async () => {
    const session = { user: 'user1', uid: 1000, state: 'active', locked: false, ours: false, runId: null } as const;
    const facts = linuxFacts({ sessions: [{ ...session, id: '1', display: ':0', type: 'x11' }] });
    await world.linkUp('g1', { facts });
    await world.linkUp('g2', { facts });
    const answer = value(await world.runs.dryRun(alice, body));
    expect(answer).toMatchObject({ outcome: 'refused', because: { kind: 'session-rule' }, position: null });
    const run = await world.submit();
    await world.settled();
    expect((await world.stores.runs.byId(run.id))?.error?.message).toBe(answer.because?.message);
  });

  test('is refused in the words of the submission', async () => {
    expect(await world.runs.dryRun(alice, { ...body, inputs: { Other: 1 } })).toEqual(
      await world.runs.submit(alice, { ...body, inputs: { Other: 1 } }),
    );
    expect(await world.runs.dryRun(alice, { ...body, flowId: 'none' })).toMatchObject({ ok: false, code: 'not-found' });
    await world.close();
    world = await createRunWorld({ ports: { runsPerQueueMax: 1 } });
    await world.submit();
    expect(await world.runs.dryRun(alice, body)).toMatchObject({ ok: false, code: 'queue-full' });
    await world.close();
    world = await createRunWorld({ ports: { accountRule: () => refuse('AccountMismatch', { detail: 'all three' }) } });
    expect(await world.runs.dryRun(alice, body)).toMatchObject({ ok: false, code: 'AccountMismatch' });
  });

  test('leaves nothing: no run, no event, no row of the audit log, no change that anybody hears of', async () => {
    await world.linkUp('g1');
    const rows = async (): Promise<unknown> => {
      const text = `select (select count(*) from run) as runs, (select count(*) from run_event) as events,
        (select count(*) from audit_log) as audited, (select sum(queue_version) from gateway_cluster) as version`;
      return (await world.database.pool.query<Record<string, unknown>>(text)).rows;
    };
    const before = [await rows(), world.changes.length, world.sent.length];
    await world.runs.dryRun(alice, body);
    await world.settled();
    expect([await rows(), world.changes.length, world.sent.length]).toEqual(before);
  });
});
