import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId, RunId } from '../brand.ts';
import { planAssignments } from '../run-queue/plan-assignments.ts';
import { byQueueOrder } from '../run-queue/queue-order.ts';
import { member } from '../run-queue/queue-world.ts';
import type { RunClass, RunInHand } from '../run-queue/snapshot.ts';
import { missedOf } from './figures.ts';
import type { Planned } from './load.ts';
import { playLoad } from './play-load.ts';
import { MINUTE_MS, type SmallRun, small, smallCluster, smallLoad, told, whole } from './small-loads.ts';

const check = (planned: Planned, expected: string): void => expect(told(whole(playLoad(planned)).fates)).toBe(expected);

describe('a load is played as the planner would decide it', () => {
  test('S38: runs beyond the slots wait, and the next starts when one is over', () =>
    check(small(smallCluster(1, 1), [{}, {}, {}]), '0 10 20'));

  test('a run whose start deadline passes takes no slot any more', () =>
    check(small(smallCluster(1, 1), [{}, { within: 5 }, {}]), '0 missed:no-free-slot 10'));

  test('S40: runs of one account wait for one another, and others go before them', () =>
    check(small(smallCluster(1, 2), [{ user: 'a' }, { user: 'a', at: 1 }, { user: 'b', at: 2 }]), '0 9 0'));

  test('S40: and they say so when they miss', () =>
    check(small(smallCluster(1, 2), [{ user: 'a' }, { user: 'a', within: 5 }]), '0 missed:user-busy'));

  test('S26: a run of high priority is first', () =>
    check(small(smallCluster(1, 1), [{}, { at: 1 }, { at: 2, priority: 'high' }]), '0 19 8'));

  test('S54: unattended runs beyond the add-ons wait', () =>
    check(small(smallCluster(2, 4, { addOns: 1 }), [{}, { within: 5 }, { at: 3 }]), '0 missed:no-add-on 7'));

  test('S47: with the toggle off the other machines stand by', () => {
    check(small(smallCluster(2, 1), [{}, {}]), '0 0');
    check(small(smallCluster(2, 1, { runOnAllGateways: false }), [{}, {}]), '0 10');
  });

  test('a run that its person cancelled waits no longer, and one that had started goes on', () =>
    check(small(smallCluster(1, 1), [{ cancelledAfter: 5 }, { cancelledAfter: 5 }, {}]), '0 cancelled 10'));

  test('without any machine every run misses, and says why', () =>
    check(small(smallCluster(0, 1), [{}]), 'missed:no-members'));

  test('an account that a machine without root is not refuses its runs', () => {
    const own = member('desk', { facts: { reportedPolicy: 'virtual', ownUser: 'ada' } });
    const cluster = smallCluster(0, 1, { members: [own] });
    check(small(cluster, [{ user: 'ada' }, { user: 'bob' }]), '0 refused:virtual-other-account');
  });
});

describe('attended runs stand where they stood', () => {
  const span = { gatewayId: 'm1' as GatewayId, user: 'dora', fromMs: 0, toMs: 30 * MINUTE_MS };
  const attended = (cluster: Planned['cluster'], runs: readonly SmallRun[]): Planned => ({
    cluster,
    load: smallLoad(runs, { attended: [span] }),
  });

  test('S14: where there is one slot they take it', () => {
    const single = member('m1', { policyOverride: 'single-session' });
    check(attended(smallCluster(0, 1, { members: [single] }), [{ at: 1 }]), '29');
  });

  test('S40: elsewhere they keep their account from running there', () =>
    check(attended(smallCluster(1, 2), [{ at: 1, user: 'dora' }, { at: 1 }]), '29 0'));

  test('on a machine that is taken away they are not there', () =>
    check(attended(smallCluster(0, 1, { members: [member('m2')] }), [{ at: 1, user: 'dora' }]), '0'));
});

test('slots and add-ons that are held are measured over time', () => {
  const { usage } = whole(playLoad(small(smallCluster(1, 2), [{ takes: 30 }, { takes: 90 }, { at: 45, takes: 15 }])));
  expect([usage.slotsPeak, usage.addOnsPeak]).toEqual([2, 2]);
  expect(usage.buckets.slice(0, 3).map((one) => [one.slotsMean, one.slotsPeak])).toEqual([
    [1.75, 2],
    [0.5, 1],
    [0, 0],
  ]);
});

const anyRuns = (accounts: readonly string[]) =>
  fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      user: fc.constantFrom(...accounts),
      takes: fc.integer({ min: 1, max: 20 }),
      within: fc.integer({ min: 1, max: 40 }),
      priority: fc.constantFrom('high' as const, 'normal' as const),
    }),
    { minLength: 1, maxLength: 25 },
  );

describe('properties', () => {
  test('asking only the classes that came, or all where something left, ends as asking everything each time', () => {
    const cluster = fc.record({
      members: fc.integer({ min: 1, max: 3 }),
      slots: fc.integer({ min: 1, max: 2 }),
      addOns: fc.constantFrom(null, 1, 3),
    });
    fc.assert(
      fc.property(anyRuns(['a', 'b', 'c', 'd']), cluster, (runs, { members, slots, addOns }) => {
        // The least busy member is no matter of chance, so both come to the same member.
        const planned = small(smallCluster(members, slots, { addOns, selection: 'leastBusy' }), runs);
        expect(told(whole(playLoad(planned)).fates).replaceAll(/:[\w-]+/g, '')).toBe(askingEverything(planned));
      }),
      { numRuns: 150 },
    );
  });

  test('while nobody gives up and no account comes twice, a machine more makes no run of equal priority wait longer', () => {
    const runs = anyRuns(['a']).map((all) => all.map(({ at, takes }) => ({ at, takes })));
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }), (all, members, slots) => {
        const waits = (count: number) =>
          whole(playLoad(small(smallCluster(count, slots), all))).fates.map((fate) =>
            fate.what === 'started' ? fate.afterMs : Number.NaN,
          );
        const more = waits(members + 1);
        for (const [index, wait] of waits(members).entries()) expect(more[index]).toBeLessThanOrEqual(wait);
      }),
      { numRuns: 150 },
    );
  });

  test('with start deadlines that is not so: what no longer gives up takes the place of others', () => {
    const long = { takes: 1_000 };
    const runs: readonly SmallRun[] = [
      { at: 0, takes: 100 },
      { at: 1, takes: 50, within: 19 },
      { at: 2, takes: 10, within: 148 },
      { at: 3, ...long, within: 62 },
      { at: 4, ...long, within: 101 },
      ...Array.from({ length: 7 }, (_, index) => ({ at: 200 + 10 * index, takes: 10, within: 5 })),
    ];
    const missed = [1, 2, 3].map((members) => missedOf(whole(playLoad(small(smallCluster(members, 1), runs)))));
    expect(missed).toEqual([3, 7, 0]);
  });
});

/** The plainest play there is: every class is planned anew at each moment. */
function askingEverything({ cluster, load }: Planned): string {
  const fates = new Map<number, string>();
  const onMachines = new Map<number, { readonly run: RunInHand; readonly endMs: number }>();
  const moments = new Set(load.runs.flatMap(({ atMs, startDeadlineMs }) => [atMs, atMs + startDeadlineMs]));
  const runIds = load.runs.map((_, index) => `run ${String(index)}` as RunId);
  for (;;) {
    const atMs = Math.min(...moments);
    if (!Number.isFinite(atMs)) return load.runs.map((_, index) => fates.get(index)).join(' ');
    moments.delete(atMs);
    for (const [index, { endMs }] of onMachines) if (endMs === atMs) onMachines.delete(index);
    const waiting = load.runs
      .map((_, index) => index)
      .filter((index) => !fates.has(index) && (load.runs[index]?.atMs ?? 0) <= atMs);
    const left = waiting.filter((index) => {
      const run = load.runs[index];
      const isOver = run !== undefined && run.atMs + run.startDeadlineMs === atMs;
      if (isOver) fates.set(index, 'missed');
      return !isOver;
    });
    const classes = [...Map.groupBy(left, (index) => load.runs[index]?.user ?? '')].map(
      ([user, indexes]): RunClass => ({
        ...{ key: user, user, mode: 'unattended', whenSessionBlocked: 'fail', count: indexes.length },
        heads: indexes
          .map((index) => ({
            id: runIds[index] ?? ('' as RunId),
            requestNumber: index,
            priority: load.runs[index]?.priority ?? 'normal',
            topRank: null,
          }))
          .sort(byQueueOrder),
      }),
    );
    const inHand = [...onMachines.values()].map(({ run }) => run);
    const addOnsFree = cluster.addOns === null ? null : cluster.addOns - inHand.length;
    const plan = planAssignments({ ...cluster, version: 0, classes, inHand, addOnsFree }, atMs, () => 0);
    for (const { runId, gatewayId } of plan.offers) {
      const index = runIds.indexOf(runId);
      const run = load.runs[index];
      if (run === undefined) continue;
      fates.set(index, String((atMs - run.atMs) / MINUTE_MS));
      const endMs = atMs + run.durationMs;
      onMachines.set(index, { run: { id: runId, gatewayId, user: run.user, mode: 'unattended' }, endMs });
      moments.add(endMs);
    }
  }
}
