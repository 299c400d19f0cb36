import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { anyFairness } from '../run-queue/fairness/any-fair-world.contract.ts';
import { type Fairness, NO_FAIRNESS } from '../run-queue/fairness/fairness.ts';
import { askingEverything } from './asking-everything.contract.ts';
import { type Planned, PLANNED_CLASSES_MAX, tooLarge } from './load.ts';
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

const times = (count: number, run: SmallRun): readonly SmallRun[] => Array.from({ length: count }, () => run);
const machine = (slots: number, fairness: Partial<Fairness> = {}) =>
  smallCluster(1, slots, { fairness: { ...NO_FAIRNESS, ...fairness } });
const played = (planned: Planned): string => told(whole(playLoad(planned)).fates);

describe('the example of docs/fairness.md: ten invoices of Ada, then a mail of Ben, then an audit', () => {
  const morning: readonly SmallRun[] = [
    ...times(10, { by: 'ada' }),
    { at: 5, by: 'ben' },
    { at: 10, by: 'olga', priority: 'high' },
  ];
  test.each<[string, Partial<Fairness>, string]>([
    ['nothing chosen', {}, '0 0 0 10 10 20 20 20 30 30 25 0'],
    ['a share per user', { share: { by: 'user', atMost: null } }, '0 0 0 10 20 20 20 30 30 30 5 0'],
    ['a share of at most two', { share: { by: 'user', atMost: 2 } }, '0 0 10 15 20 25 30 35 40 45 0 0'],
    ['a slot kept for high runs', { lanes: [{ for: 'high', slots: 1 }] }, '0 0 10 10 20 20 30 30 40 40 45 0'],
  ])('%s', (_what, fairness, waits) => expect(played(small(machine(3, fairness), morning))).toBe(waits));

  test('without a fairness at all it is as with nothing chosen', () =>
    expect(played(small(smallCluster(1, 3), morning))).toBe(played(small(machine(3), morning))));
});

describe('ageing', () => {
  const audits = [2, 12, 22, 32, 42].map((at) => ({ at, priority: 'high' as const }));
  test.each<[string, Fairness['ageing'], string]>([
    ['without it a normal run waits behind all that keep coming', null, '0 59 8 8 8 8 8'],
    ['with it no longer than behind those that asked before', { afterMinutes: 30 }, '0 39 8 8 8 18 18'],
  ])('%s', (_what, ageing, waits) =>
    expect(played(small(machine(1, { ageing }), [{}, { at: 1 }, ...audits]))).toBe(waits),
  );
});

describe('who has a share', () => {
  const share = { by: 'user', atMost: 1 } as const;
  const two = [
    { by: 'ada', flow: 'mail' },
    { by: 'ada', flow: 'bills', within: 5 },
  ];

  test('whoever submitted, and a run that misses for it says so', () =>
    expect(played(small(machine(2, { share }), two))).toBe('0 missed:share-used'));

  test('or the flow', () =>
    expect(played(small(machine(2, { share: { ...share, by: 'flow' } }), [...two, { flow: 'bills' }]))).toBe('0 0 10'));

  test('nobody, where the load does not tell who submitted', () =>
    expect(played(small(machine(2, { share }), [{}, {}]))).toBe('0 0'));

  test('also by an attended run that stands where it stood', () => {
    const ofAda = {
      gatewayId: 'm1' as GatewayId,
      user: 'dora',
      flow: 'mail',
      submittedById: 'ada',
      priority: 'normal',
    };
    const attended = [{ ...ofAda, priority: 'normal' as const, fromMs: 0, toMs: 30 * MINUTE_MS }];
    const load = smallLoad(
      [
        { at: 1, by: 'ada' },
        { at: 1, by: 'ben' },
      ],
      { attended },
    );
    expect(played({ cluster: machine(2, { share }), load })).toBe('29 0');
  });

  test('a run that was moved to the top passes it, also in a class that has to wait', () =>
    expect(
      played(
        small(machine(3, { share }), [
          { by: 'ada' },
          { by: 'ada', user: 'x', at: 1 },
          { by: 'ada', user: 'x', at: 2, top: 1 },
        ]),
      ),
    ).toBe('0 11 0'));
});

describe('a lane for short runs', () => {
  const lanes = [{ for: 'short', slots: 1, underMinutes: 5 }] as const;
  const slow = times(2, { flow: 'slow', takes: 60 });
  const quick = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ flow: 'quick', takes: 2, at: 1 + 10 * index }));
  const day = (count: number): Planned => small(machine(2, { lanes }), [...slow, ...quick(count)]);

  test('a flow is short by what its runs of the load take', () => expect(played(day(5))).toBe('0 60 0 0 0 0 0'));

  test('one with fewer than five of them is not', () => expect(played(day(4))).toBe('0 60 119 111 103 95'));

  test('and a duration that is a guess measures nothing', () => {
    const { cluster, load } = day(5);
    const runs = load.runs.map((run) => (run.flow === 'quick' ? { ...run, isGuess: true } : run));
    expect(played({ cluster, load: { ...load, runs } })).toBe('0 60 119 111 103 95 87');
  });
});

test('asking only the classes that came, or all where something left, ends as asking everything each time', () => {
  const anyRun = fc.record({
    at: fc.integer({ min: 0, max: 30 }),
    user: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    by: fc.constantFrom('ada', 'ben', 'cleo'),
    flow: fc.constantFrom('mail', 'bills'),
    takes: fc.integer({ min: 1, max: 12 }),
    within: fc.integer({ min: 1, max: 40 }),
    priority: fc.constantFrom('high' as const, 'normal' as const),
    isTop: fc.integer({ min: 0, max: 7 }).map((one) => one === 0),
  });
  // Ranks are never given twice.
  const anyRuns = fc
    .array(anyRun, { minLength: 1, maxLength: 25 })
    .map((runs) => runs.map(({ isTop, ...run }, index) => (isTop ? { ...run, top: index + 1 } : run)));
  fc.assert(
    fc.property(
      anyRuns,
      anyFairness,
      fc.record({ members: fc.integer({ min: 1, max: 3 }), slots: fc.integer({ min: 1, max: 3 }) }),
      (runs, fairness, { members, slots }) => {
        const planned = small(smallCluster(members, slots, { fairness, selection: 'leastBusy' }), runs);
        expect(toldWithoutReasons(whole(playLoad(planned)).fates)).toBe(askingEverything(planned));
      },
    ),
    { numRuns: 300 },
  );
});

test('a plan has no more classes than it can look at', () => {
  const runs = times(PLANNED_CLASSES_MAX + 1, { user: 'robot' }).map((run, index) => ({
    ...run,
    by: `user ${String(index)}`,
  }));
  const share = { by: 'user', atMost: null } as const;
  expect(tooLarge(small(machine(1), runs))).toBeNull();
  expect(tooLarge(small(machine(1, { share }), runs))).toContain('that the fairness tells apart');
});
