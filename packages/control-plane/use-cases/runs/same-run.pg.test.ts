import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAccountStore } from '../../adapters/postgres/accounts.ts';
import { openClusterStore } from '../../adapters/postgres/clusters.ts';
import { openConnectionStore } from '../../adapters/postgres/connections.ts';
import { openFlowStore } from '../../adapters/postgres/flows.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { alice, CLUSTER, createRunWorld, FLOW, type RunWorld, value } from '../../testing/run-world.ts';

let world: RunWorld;
beforeEach(async () => {
  world = await createRunWorld();
});
afterEach(() => world.close());

const acts = ['move', 'undo', 'undoMany', 'high', 'normal', 'cancel'] as const;
type Act = (typeof acts)[number];

async function act(what: Act, id: string): Promise<Outcome<unknown>> {
  const { runs } = world;
  if (what === 'move') return await runs.moveToTop(alice, CLUSTER, [id]);
  if (what === 'undo') return await runs.undoMove(alice, id);
  if (what === 'undoMany') return await runs.undoMoves(alice, CLUSTER, [id]);
  if (what === 'cancel') return await runs.cancel(alice, id);
  return await runs.setPriority(alice, id, what);
}

const clearRefusals: Readonly<Record<Act, readonly string[]>> = {
  move: ['run-not-queued'],
  undo: ['run-not-moved', 'run-not-queued'],
  undoMany: ['run-not-moved'],
  high: ['run-not-queued'],
  normal: ['run-not-queued'],
  cancel: ['run-already-finished'],
};
const eventOf: Readonly<Record<Act, string>> = {
  ...{ move: 'move-to-top', undo: 'undo-move', undoMany: 'undo-move', cancel: 'cancel' },
  ...{ high: 'set-priority', normal: 'set-priority' },
};

describe('people who move, re-prioritise and cancel the same run in the same instant', () => {
  test('each gets a clear answer, what was acknowledged is in its history once, and the run is as the last one left it', async () => {
    const together = fc.array(fc.constantFrom(...acts), { minLength: 2, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(together, async (whats) => {
        const { id } = await world.submit();
        const answers = await Promise.all(whats.map((what) => act(what, id)));
        const done = whats.filter((_what, index) => answers[index]?.ok);
        answers.forEach((answer, index) => {
          if (!answer.ok) expect(clearRefusals[whats[index] ?? 'cancel']).toContain(answer.code);
        });
        const history = await eventsOf(id);
        expect(history.toSorted()).toEqual(done.map((what) => eventOf[what]).toSorted());
        await expectAsLeft(id, whats, done);
      }),
      { numRuns: 40 },
    );
  });
});

/** What people did to the run, in the order in which it was committed. */
async function eventsOf(id: string): Promise<readonly string[]> {
  const { rows } = await world.database.pool.query<{ event: string }>(
    `select event from run_event where run_id = $1 and event in ('move-to-top', 'undo-move', 'set-priority', 'cancel') order by id`,
    [id],
  );
  return rows.map((row) => row.event);
}

async function expectAsLeft(id: string, asked: readonly Act[], done: readonly Act[]): Promise<void> {
  const run = await world.stores.runs.byId(id);
  expect(run?.state).toBe(asked.includes('cancel') ? 'cancelled' : 'queued');
  const order = await eventsOf(id);
  // Nothing comes after a cancel, whoever asked first.
  if (asked.includes('cancel')) expect(order.at(-1)).toBe('cancel');
  const lastMove = order.findLast((event) => event === 'move-to-top' || event === 'undo-move');
  expect(run?.topRank !== null).toBe(lastMove === 'move-to-top');
  const priorities = done.filter((what) => what === 'high' || what === 'normal');
  expect(priorities.length === 0 ? ['normal'] : priorities).toContain(run?.priority);
}

describe('what waiting runs need is deleted', () => {
  const audit = { actor: 'alice', verb: 'delete', object: 'something', detail: {}, origin: 'test' };
  const clusters = () => openClusterStore(world.database.pool);
  const deletions = {
    connection: () => openConnectionStore(world.database.pool).remove('to-user1', audit),
    flow: () => openFlowStore(world.database.pool).remove(FLOW, audit),
    cluster: () => clusters().remove(CLUSTER, audit),
  };
  const refused = { connection: 'in-use', flow: 'in-use', cluster: 'not-empty' };

  test.each(['connection', 'flow', 'cluster'] as const)('its %s stays, and the run with it', async (what) => {
    const run = await world.submit();
    expect(await deletions[what]()).toBe(refused[what]);
    expect(await world.state(run.id)).toBe('queued');
    const link = await world.linkUp('g1');
    await world.start(link, run);
    expect(await world.state(run.id)).toBe('running');
  });

  test.each(['connection', 'flow'] as const)(
    'a %s that is deleted in the instant of a submit is gone without a run, or stays with one',
    async (what) => {
      const [submitted, deleted] = await Promise.all([
        world.submit().then(
          (run) => run.id,
          () => undefined,
        ),
        deletions[what](),
      ]);
      expect(deleted).toBe(submitted === undefined ? 'removed' : 'in-use');
    },
  );

  test.each(['connection', 'flow'] as const)('once its run was cancelled, the %s goes', async (what) => {
    const run = await world.submit();
    value(await world.runs.cancel(alice, run.id));
    expect(await deletions[what]()).toBe('removed');
    expect(value(await world.runs.get(alice, run.id)).state).toBe('cancelled');
  });

  test('an account that is disabled takes none of its waiting runs along: they start, and an admin can cancel them', async () => {
    const [run, other] = [await world.submit(), await world.submit()];
    await world.database.pool.query(
      `insert into account (id, name, email, roles) values ('root', 'Root', 'root@corp.example', '{admin}')`,
    );
    await openAccountStore(world.database.pool).change('alice', { disabled: true }, audit);
    await world.start(await world.linkUp('g1'), run);
    expect(await world.state(run.id)).toBe('running');
    const admin = { ...alice, id: 'root' as typeof alice.id, roles: ['admin' as const] };
    value(await world.runs.cancel(admin, other.id));
    expect(await world.state(other.id)).toBe('cancelled');
  });
});
