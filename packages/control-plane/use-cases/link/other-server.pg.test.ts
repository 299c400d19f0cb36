import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Nudge } from '../../ports/changes.ts';
import type { GatewayLinkStore } from '../../ports/gateway-links.ts';
import { createRunWorld, linuxFacts, type RunWorld, value } from '../../testing/run-world.ts';
import { createLinkUseCases, type LinkUseCases } from './create-link-use-cases.ts';
import type { OpenLink } from './link-ports.ts';

let world: RunWorld;
let closed: { gatewayId: string; olderThan: number | undefined }[];
beforeEach(async () => {
  closed = [];
  world = await createRunWorld({ unlink: (gatewayId, olderThan) => void closed.push({ gatewayId, olderThan }) });
});
afterEach(() => world.close());
const journalId = 'journal-g1';
const report = { attempts: [], facts: linuxFacts(), version: '1', encryptedClusterKey: null };

/** Another server on the same database, with whatever of its store the test holds up. */
function otherServer(change: Partial<GatewayLinkStore> = {}): LinkUseCases & { readonly nudges: Nudge[] } {
  const nudges: Nudge[] = [];
  const changes = {
    publish: () => undefined,
    subscribe: () => () => undefined,
    nudge: (nudge: Nudge) => void nudges.push(nudge),
    onNudge: () => () => undefined,
  };
  const links = { send: () => false, close: () => undefined };
  const { wakeups } = world.runs;
  const store = { ...world.stores.store, ...change };
  const { recovery, checks, preflights, questions, queue } = world.stores;
  const stores = { store, recovery, checks, preflights, questions, queue };
  const ports = {
    ...stores,
    newEpoch: () => 'next-epoch',
    newQuestionId: () => 'question',
    links,
    changes,
    wakeups,
    replica: 'two',
  };
  return { ...createLinkUseCases(ports), nudges };
}

async function greet(link: LinkUseCases, presented?: number): Promise<OpenLink> {
  const identity = value(await link.identify('g1'));
  const number = presented ?? identity.numbers.pending ?? identity.numbers.confirmed;
  const { linkNumber } = value(await link.connect(identity, number));
  return { gatewayId: 'g1', clusterId: identity.clusterId, linkNumber, journalId };
}

async function linkUp(link: LinkUseCases): Promise<OpenLink> {
  const open = await greet(link);
  expect(await link.confirm('g1', open.linkNumber)).toBe(true);
  expect(await link.reconcile(open, report)).toBeDefined();
  return open;
}

test('two copies of a machine that connect to two servers at once get two numbers, and the older one ends', async () => {
  const other = otherServer();
  // Both read the numbers before either gives one out.
  const identity = value(await world.link.identify('g1'));
  const [here, there] = [value(await world.link.connect(identity, 0)), value(await other.connect(identity, 0))];
  expect(there.linkNumber).toBe(here.linkNumber + 1);
  expect(await other.confirm('g1', there.linkNumber)).toBe(true);
  expect(await world.link.confirm('g1', here.linkNumber)).toBe(false);
  expect(await world.link.connect(value(await world.link.identify('g1')), here.linkNumber)).toMatchObject({
    ok: false,
    code: 'link-quarantined',
  });
});

test('a newer link at another server ends the older one here, and is told to all of them', async () => {
  const older = await world.linkUp('g1');
  const other = otherServer();
  const newer = await linkUp(other);
  expect(other.nudges).toContainEqual({ kind: 'unlink', gatewayId: 'g1', olderThan: newer.linkNumber });
  // Where the word was lost, the older link ends with its next heartbeat and changes nothing until then.
  closed.length = 0;
  await world.say(older, { type: 'facts', facts: linuxFacts({ version: 9 }) });
  await world.say(older, { type: 'heartbeat', progress: [], journalFault: 'no space left' });
  expect(closed).toEqual([{ gatewayId: 'g1', olderThan: older.linkNumber + 1 }]);
  const { rows } = await world.database.pool.query(`select facts->'version' as version, journal_fault from gateway`);
  expect(rows).toEqual([{ version: 1, journal_fault: null }]);
});

test('an acquire over the older link is stale when the newer one is open elsewhere', async () => {
  const older = await world.linkUp('g1');
  const run = await world.submit();
  await world.settled();
  const offer = world.offers().find(({ runId }) => runId === run.id);
  const other = otherServer();
  const open = await greet(other);
  await other.confirm('g1', open.linkNumber);
  const attempt = offer?.attempt ?? 0;
  expect(await world.say(older, { type: 'acquire', runId: run.id, attempt, journalId, factsVersion: 1 })).toEqual([
    { type: 'stale', runId: run.id, attempt },
  ]);
  await other.reconcile(open, report);
  expect(await world.state(run.id)).not.toBe('starting');
});

test('what an older link told is not carried out by a server that stood still while the gateway linked elsewhere', async () => {
  // The other server has read what the gateway holds and is about to act on it when everything of it stands still.
  const acted = Promise.withResolvers<void>();
  const stands = Promise.withResolvers<void>();
  const { heldBy } = world.stores.store;
  let run = '';
  const standing = otherServer({
    heldBy: async (gatewayId) => {
      const held = await heldBy(gatewayId);
      stands.resolve();
      await acted.promise;
      return held;
    },
  });
  await world.linkUp('g1');
  run = (await world.submit()).id;
  const older = await greet(standing);
  await standing.confirm('g1', older.linkNumber);
  // Acquired over a link that was confirmed before: the older report does not know it.
  await world.settled();
  const offer = world.offers().findLast(({ runId }) => runId === run);
  const of = {
    runId: run as never,
    attempt: offer?.attempt ?? 0,
    gatewayId: 'g1' as never,
    linkNumber: older.linkNumber,
  };
  await world.stores.store.acquire(of, { journalId, position: null });
  const reconciled = standing.reconcile(older, report);
  await stands.promise;
  const newest = await greet(world.link);
  await world.link.confirm('g1', newest.linkNumber);
  const going = { runId: run, attempt: of.attempt, phase: 'signingIn', result: null, lastLogSeqAcked: 0 } as const;
  expect(await world.link.reconcile(newest, { ...report, attempts: [going] })).toEqual([
    { runId: run, attempt: of.attempt, decision: 'go-on' },
  ]);
  acted.resolve();
  expect(await reconciled).toBeUndefined();
  // Released, it would start a second time.
  expect(await world.state(run)).toBe('starting');
});

test('an acquire that was under way when the next link began gives the run back to the queue, not to nobody', async () => {
  const older = await world.linkUp('g1');
  const run = await world.submit();
  await world.settled();
  const { attempt } = world.offers().find(({ runId }) => runId === run.id) ?? { attempt: 0 };
  const { heldBy, acquire } = world.stores.store;
  const other = otherServer({
    heldBy: async (gatewayId) => {
      const held = await heldBy(gatewayId);
      // Committed after the reading: to the reading it was an offer still.
      const of = { runId: run.id as never, attempt, gatewayId: 'g1' as never, linkNumber: older.linkNumber + 1 };
      expect((await acquire(of, { journalId, position: null })).moved).toBe(true);
      return held;
    },
  });
  await linkUp(other);
  await world.settled();
  expect(await world.state(run.id)).toBe('offered');
  expect((await world.stores.runs.byId(run.id))?.attempt).toBe(attempt + 1);
});
