import type { GatewayId } from '@deskhand/domain/brand.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRunWorld, type RunWorld } from '../../testing/run-world.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import type { OpenLink } from '../../use-cases/link/link-ports.ts';
import { openClusterStore } from './clusters.ts';

let world: RunWorld;
let link: OpenLink;
let runs: { readonly id: string }[];
const audit: AuditFact = { actor: 'alice', verb: 'remove', object: 'gateway g1', detail: {}, origin: 'test' };

/** One run is acquired and one only offered; each holds an add-on. */
beforeEach(async () => {
  world = await createRunWorld();
  await world.database.pool.query(`update installation set settings = '{"unattendedAddOns": 2}'`);
  link = await world.linkUp('g1');
  runs = [await world.submit({ user: 'user1' }), await world.submit({ user: 'user2' })];
  await world.start(link, runs[0] ?? { id: '' }, 'acquired');
  expect(await heldAddOns()).toEqual(runs.map((run) => run.id).sort());
});
afterEach(() => world.close());

async function heldAddOns(): Promise<readonly string[]> {
  const { rows } = await world.database.pool.query<{ run_id: string }>(
    'select run_id from add_on_slot where run_id is not null order by run_id',
  );
  return rows.map((row) => row.run_id);
}
const states = async () => await Promise.all(runs.map((run) => world.state(run.id)));
const clusters = () => openClusterStore(world.database.pool);

describe('add-ons of a gateway that will not come back', () => {
  test('are given back when it is removed: what it was offered waits again, and nobody will report of the rest', async () => {
    expect(await clusters().removeGateway('g1', audit)).toEqual({ uncertain: 1 });
    expect(await states()).toEqual(['uncertain', 'queued']);
    expect(await heldAddOns()).toEqual([]);
  });

  test('are given back when it is removed after its machine was declared gone', async () => {
    await clusters().declareGone('g1', audit);
    await clusters().removeGateway('g1', audit);
    expect(await heldAddOns()).toEqual([]);
  });

  test('are kept by an uncertain run whose machine may still be at it, until it reports', async () => {
    await clusters().declareGone('g1', audit);
    expect(await states()).toEqual(['uncertain', 'queued']);
    expect(await heldAddOns()).toEqual([runs[0]?.id]);
    const of = { runId: runs[0]?.id as never, attempt: 1, gatewayId: 'g1' as GatewayId, linkNumber: link.linkNumber };
    await world.stores.store.settle(of);
    expect(await heldAddOns()).toEqual([]);
  });
});
