import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { member } from '../run-queue/queue-world.ts';
import { askingEverything } from './asking-everything.contract.ts';
import { missedOf } from './figures.ts';
import type { Planned } from './load.ts';
import { playLoad } from './play-load.ts';
import {
  MINUTE_MS,
  type SmallRun,
  small,
  smallCluster,
  smallLoad,
  told,
  toldWithoutReasons,
  whole,
} from './small-loads.ts';

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
  const who = { gatewayId: 'm1' as GatewayId, user: 'dora', flow: 'mail', priority: 'normal' } as const;
  const span = { ...who, fromMs: 0, toMs: 30 * MINUTE_MS };
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
        expect(toldWithoutReasons(whole(playLoad(planned)).fates)).toBe(askingEverything(planned));
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
