import { describe, expect, test } from 'vitest';
import type { RunId } from '../../brand.ts';
import { planAssignments } from '../plan-assignments.ts';
import { inHand, member } from '../queue-world.ts';
import type { QueueSnapshot, RunInHand } from '../snapshot.ts';
import { fairClasses, type FairWorldRun } from './any-fair-world.contract.ts';
import { inFairOrder } from './fair-order.ts';
import { sayFairness, sayLanes, sayMinutes, sayShare } from './fairness-texts.ts';
import { type Fairness, isFair, NO_FAIRNESS, type RunInFairOrder, toldApartBy } from './fairness.ts';
import { createFirstOf } from './first-of.ts';
import { keptOf } from './lanes.ts';

const NOW_MS = 1_000_000;
const MINUTE_MS = 60_000;

/** `ada high 12m top3 short` is a run of ada, and waits for twelve minutes; each is of an account of its own. */
function run(words: string, index: number): FairWorldRun {
  const [sharer = '', ...rest] = words.split(' ');
  const minutes = rest.find((word) => /^\d+m$/.test(word));
  const top = rest.find((word) => word.startsWith('top'));
  return {
    user: `account${String(index)}`,
    mode: rest.includes('attended') ? 'attended' : 'unattended',
    whenSessionBlocked: 'wait',
    topRank: top === undefined ? null : Number(top.slice(3)),
    waitedMs: minutes === undefined ? 0 : Number(minutes.slice(0, -1)) * MINUTE_MS,
    facts: {
      priority: rest.includes('high') ? 'high' : 'normal',
      sharer: { id: sharer, name: sharer },
      usuallyMs: rest.includes('short') ? MINUTE_MS : rest.includes('long') ? 60 * MINUTE_MS : null,
    },
  };
}

interface Case {
  readonly slots: number;
  readonly running?: readonly string[];
  readonly waiting: readonly string[];
  readonly fairness: Partial<Fairness>;
}

function worldOf({ slots, running = [], waiting, fairness }: Case): QueueSnapshot {
  const atWork = running.map((words, index): RunInHand => {
    const { facts, mode } = run(words, index);
    return { ...inHand(`running${String(index)}`, 'desk', mode), fair: facts };
  });
  return {
    version: 1,
    runOnAllGateways: true,
    selection: 'random',
    members: [member('desk', { capacityOverride: slots })],
    classes: fairClasses(waiting.map(run)),
    inHand: atWork,
    addOnsFree: null,
    fairness: { ...NO_FAIRNESS, ...fairness },
  };
}

/** Who starts, by the place in `waiting`, and the reason of the first other. */
function check(it: Case, starts: string, waits?: string): void {
  const plan = planAssignments(worldOf(it), NOW_MS, () => 0);
  const started = plan.offers.map(({ classKey }) => it.waiting[Number(/account(\d+)/.exec(classKey)?.[1])] ?? '?');
  expect(started.join(', ')).toBe(starts);
  if (waits !== undefined) expect(plan.waiting[0]?.foremost.code).toBe(waits);
}

describe('runs are told apart', () => {
  const run = { priority: 'high', submittedById: 'ann', flowId: 'invoices' } as const;
  test.each<[string, Partial<Fairness>, ReturnType<typeof toldApartBy>]>([
    ['by nothing where nothing is on', {}, [null, null, null]],
    ['by priority with ageing', { ageing: { afterMinutes: 30 } }, ['high', null, null]],
    ['by priority with a lane for high runs', { lanes: [{ for: 'high', slots: 1 }] }, ['high', null, null]],
    ['by user with a share per user', { share: { by: 'user', atMost: null } }, [null, 'ann', null]],
    ['by flow with a share per flow', { share: { by: 'flow', atMost: 2 } }, [null, null, 'invoices']],
    [
      'by flow with a lane for short runs',
      { lanes: [{ for: 'short', slots: 1, underMinutes: 5 }] },
      [null, null, 'invoices'],
    ],
    [
      'by all of it',
      {
        ageing: { afterMinutes: 30 },
        share: { by: 'user', atMost: 1 },
        lanes: [{ for: 'short', slots: 1, underMinutes: 5 }],
      },
      ['high', 'ann', 'invoices'],
    ],
  ])('%s', (_name, change, parts) => {
    expect(toldApartBy({ ...NO_FAIRNESS, ...change }, run)).toEqual(parts);
  });
});

describe('ageing', () => {
  const ageing = { ageing: { afterMinutes: 10 } };
  const two = ['ada 10m', 'ben high 9m'];

  test('a normal run that has waited long enough goes before a high one that asked later', () =>
    check({ slots: 1, waiting: two, fairness: ageing }, 'ada 10m', 'no-free-slot'));
  test('a moment earlier it does not', () =>
    check({ slots: 1, waiting: ['ada 9m', 'ben high 8m'], fairness: ageing }, 'ben high 8m'));
  test('without it priority decides, however long one waits', () =>
    check({ slots: 1, waiting: two, fairness: {} }, 'ben high 9m'));
  test('a high run that asked earlier stays before it', () =>
    check({ slots: 1, waiting: ['ada 10m', 'ben high 11m'], fairness: ageing }, 'ben high 11m'));
  test('what somebody moved to the top is first all the same', () =>
    check({ slots: 1, waiting: ['ada 60m', 'ben top1'], fairness: ageing }, 'ben top1'));
  test('an aged run still has no place in the lane of the high ones', () =>
    check(
      {
        slots: 2,
        running: ['cleo'],
        waiting: ['ada 60m'],
        fairness: { ...ageing, lanes: [{ for: 'high', slots: 1 }] },
      },
      '',
      'lane-reserved',
    ));

  test('nobody waits forever behind high runs that keep coming', () => {
    const startsAt = (fairness: Partial<Fairness>): number | null => {
      for (let minute = 0; minute < 100; minute += 1) {
        const stream = Array.from({ length: 5 }, (_, index) => `ben high ${String(Math.max(0, 4 - index))}m`);
        const waiting = [`ada ${String(minute)}m`, ...stream];
        const plan = planAssignments(worldOf({ slots: 1, waiting, fairness }), NOW_MS, () => 0);
        if (plan.offers[0]?.classKey.startsWith('account0') === true) return minute;
      }
      return null;
    };
    expect(startsAt({})).toBeNull();
    expect(startsAt(ageing)).toBe(10);
    expect(startsAt({ ...ageing, share: { by: 'user', atMost: null } })).toBe(10);
    expect(startsAt({ ...ageing, lanes: [{ for: 'short', slots: 3, underMinutes: 5 }] })).toBe(10);
  });
});

describe('a share', () => {
  const share = { share: { by: 'user' as const, atMost: null } };
  const capped = { share: { by: 'user' as const, atMost: 1 } };

  test('whoever has fewer runs at work goes first among equals', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ada 5m', 'ben'], fairness: share }, 'ben', 'no-free-slot'));
  test('the offers of the same plan count', () =>
    check({ slots: 3, waiting: ['ada 5m', 'ada 4m', 'ada 3m', 'ben 2m'], fairness: share }, 'ada 5m, ben 2m, ada 4m'));
  test('of equal counts who asked first goes first', () =>
    check({ slots: 1, waiting: ['ada', 'ben 1m'], fairness: share }, 'ben 1m'));
  test('a high run goes before a normal one, whoever has how many', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ada high', 'ben'], fairness: share }, 'ada high'));
  test('what somebody moved to the top is first, and is held back by no most', () =>
    check({ slots: 3, running: ['ada'], waiting: ['ada top1', 'ben'], fairness: capped }, 'ada top1, ben'));
  test('nobody has more at once than the most, with free slots beside', () =>
    check({ slots: 4, running: ['ada'], waiting: ['ada'], fairness: capped }, '', 'share-used'));
  test('counts by flow where that is chosen', () =>
    check(
      { slots: 9, running: ['bills'], waiting: ['bills', 'mails'], fairness: { share: { by: 'flow', atMost: 1 } } },
      'mails',
    ));
});

describe('lanes', () => {
  const high = (slots: number) => ({ for: 'high' as const, slots });
  const short = (slots: number) => ({ for: 'short' as const, slots, underMinutes: 5 });
  const lanes = (...kept: Fairness['lanes']) => ({ lanes: kept });

  test('a normal run leaves the slot free that is kept for high ones', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ben'], fairness: lanes(high(1)) }, '', 'lane-reserved'));
  test('a high run takes it', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ben', 'cleo high'], fairness: lanes(high(1)) }, 'cleo high'));
  test('a high run that is at work uses the lane', () =>
    check({ slots: 2, running: ['ada high'], waiting: ['ben'], fairness: lanes(high(1)) }, 'ben'));
  test('a flow that usually is over soon uses the lane of the short ones', () =>
    check(
      { slots: 2, running: ['ada'], waiting: ['ben long', 'cleo short'], fairness: lanes(short(1)) },
      'cleo short',
      'lane-reserved',
    ));
  test('a flow that is not measured enough is not short', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ben'], fairness: lanes(short(1)) }, '', 'lane-reserved'));
  test('two lanes keep their slots side by side', () =>
    check(
      { slots: 3, waiting: ['ada', 'ben 5m', 'cleo high', 'dora high short'], fairness: lanes(high(1), short(1)) },
      'cleo high, dora high short, ben 5m',
    ));
  test('one slot is always left to every run', () =>
    check({ slots: 1, waiting: ['ada'], fairness: lanes(high(3)) }, 'ada'));
  test('what somebody moved to the top takes a kept slot', () =>
    check({ slots: 2, running: ['ada'], waiting: ['ben top1'], fairness: lanes(high(1)) }, 'ben top1'));
  test('a run in the session of a person takes no slot, so no lane holds it back', () => {
    const world = worldOf({ slots: 2, running: ['ada'], waiting: ['ben attended'], fairness: lanes(high(1)) });
    const reasons = planAssignments(world, NOW_MS, () => 0).waiting.map(({ foremost }) => foremost.code);
    expect(reasons).toEqual(['attended-not-signed-in']);
  });

  test.each([
    [[high(2), short(2)], 5, '2 2'],
    [[high(2), short(2)], 4, '2 1'],
    [[high(2), short(2)], 2, '1 0'],
    [[high(2)], 1, '0'],
    [[high(2)], 0, '0'],
  ])('%j keep of %d slots: %s', (kept, slots, expected) => expect(keptOf(kept, slots).join(' ')).toBe(expected));
});

describe('the order in which runs have their turn', () => {
  const queued = (words: string, index: number): RunInFairOrder => {
    const { facts, topRank, waitedMs } = run(words, index);
    return {
      id: words as RunId,
      requestNumber: index,
      requestedAtMs: NOW_MS - waitedMs,
      priority: facts.priority,
      topRank,
      sharerId: facts.sharer?.id ?? null,
    };
  };
  const order = (words: readonly string[], fairness: Partial<Fairness>, held: Record<string, number> = {}) =>
    inFairOrder(words.map(queued), { ...NO_FAIRNESS, ...fairness }, new Map(Object.entries(held)), NOW_MS).map(
      ({ id }) => id as string,
    );
  const share = { share: { by: 'user' as const, atMost: null } };

  test('goes round among those who share', () =>
    expect(order(['ada 9m', 'ada 8m', 'ada 7m', 'ben 6m', 'ben 5m'], share)).toEqual([
      'ada 9m',
      'ben 6m',
      'ada 8m',
      'ben 5m',
      'ada 7m',
    ]));
  test('counts what is at work, and what comes before for other reasons', () =>
    expect(order(['ada 9m', 'ada top1', 'ben', 'cleo'], share, { ben: 2 })).toEqual([
      'ada top1',
      'cleo',
      'ada 9m',
      'ben',
    ]));
  test('the last moved is foremost, then high and aged ones', () =>
    expect(order(['ada', 'ben 20m', 'cleo high', 'dora top1', 'eve top2'], { ageing: { afterMinutes: 20 } })).toEqual([
      'eve top2',
      'dora top1',
      'ben 20m',
      'cleo high',
      'ada',
    ]));
});

describe('in words', () => {
  test('nothing is said of a queue without fairness', () => {
    expect(sayFairness(NO_FAIRNESS)).toEqual([]);
    expect(isFair(NO_FAIRNESS)).toBe(false);
  });
  test('each choice is one sentence', () =>
    expect(
      sayFairness({
        ageing: { afterMinutes: 90 },
        share: { by: 'flow', atMost: 2 },
        lanes: [
          { for: 'high', slots: 1 },
          { for: 'short', slots: 2, underMinutes: 5 },
        ],
      }),
    ).toEqual([
      'A run of normal priority that has waited 90 minutes ranks among the high ones, by its request time.',
      'Among runs of equal rank, the flow with fewer runs at work in the cluster goes first, and no flow has more than 2 at work at once: its next run waits.',
      'One slot of the cluster is kept for runs of high priority.',
      '2 slots of the cluster are kept for runs of flows that usually take less than 5 minutes.',
    ]));
  test('says what holds while a choice is not made', () => {
    expect(sayShare(null)).toBe('Among runs of equal rank, whoever asked first goes first.');
    expect(sayLanes([])).toBe('No slot is kept: any run takes any free slot.');
  });
  test.each([
    [1, 'one minute'],
    [45, '45 minutes'],
    [60, 'one hour'],
    [120, '2 hours'],
  ])('%d minutes are %s', (minutes, said) => expect(sayMinutes(minutes)).toBe(said));
});

test('whoever comes first is taken first, and may be put back', () => {
  const first = createFirstOf<number>((one, other) => one < other);
  for (const number of [5, 3, 8, 1, 9, 2, 7]) first.put(number);
  expect([first.take(), first.take()]).toEqual([1, 2]);
  first.put(4);
  const rest: (number | undefined)[] = [];
  for (let one = first.take(); one !== undefined; one = first.take()) rest.push(one);
  expect(rest).toEqual([3, 4, 5, 7, 8, 9]);
});
