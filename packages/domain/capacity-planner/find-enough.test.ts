import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withChanges } from './changes.ts';
import { missedOf } from './figures.ts';
import { type Enough, findEnough } from './find-enough.ts';
import { enoughInWords } from './in-words.ts';
import type { Planned } from './load.ts';
import { playLoad } from './play-load.ts';
import { small, smallCluster, whole } from './small-loads.ts';

const together = (count: number, run: Parameters<typeof small>[1][number] = {}) =>
  Array.from({ length: count }, () => ({ within: 5, ...run }));
const check = (planned: Planned, expected: Partial<Enough>): void =>
  expect(whole(findEnough(planned))).toMatchObject(expected);

describe('how many machines and add-ons it takes', () => {
  test('none where no run misses, and what one fewer would cost', () =>
    check(small(smallCluster(2, 1), together(2)), { kind: 'enough', furtherMembers: 0, missedWithOneFewer: 1 }));

  test('as many as runs come at once', () =>
    check(small(smallCluster(1, 2), together(7)), { kind: 'enough', furtherMembers: 3, missedWithOneFewer: 1 }));

  test('add-ons as few as do within the deadlines, not as many as could be used', () => {
    const runs = [...together(2), ...together(2, { within: 15 })];
    check(small(smallCluster(1, 4, { addOns: 1 }), runs), { furtherMembers: 0, addOns: 2, addOnsPeak: 4 });
  });

  test('add-ons that are unlimited stay so', () =>
    check(small(smallCluster(1, 4), together(3)), { addOns: null, addOnsPeak: 3 }));

  test('S47: machines that stand by need no other machine, only the toggle', () => {
    const off = { runOnAllGateways: false };
    check(small(smallCluster(2, 1, off), together(2)), { furtherMembers: 0, switchOn: true });
    check(small(smallCluster(2, 2, off), together(2)), { furtherMembers: 0, switchOn: false });
    check(small(smallCluster(1, 1, off), together(2)), { furtherMembers: 1, switchOn: true });
  });

  test('S40: more slots do not help an account that waits for itself; a further machine does', () =>
    check(small(smallCluster(1, 2), together(2, { user: 'a' })), {
      ...{ kind: 'enough', furtherMembers: 1 },
      moreSlots: { missed: 1, isOfAccounts: true },
    }));

  test('S40: where the same account comes more often than there could be machines, none help', () =>
    check(small(smallCluster(1, 4), together(70, { user: 'a' })), {
      ...{ kind: 'not-enough', because: 'same-account', missed: 5 },
    }));

  test('a burst that no number of machines takes is said to be one', () =>
    check(small(smallCluster(1, 1), together(70)), { kind: 'not-enough', because: 'other', missed: 5 }));

  test('where a share lets nobody have more at work, no number of machines does, and that is said', () => {
    const fairness = { ageing: null, share: { by: 'user', atMost: 1 } as const, lanes: [] };
    const planned = small(smallCluster(1, 1, { fairness }), together(3, { by: 'ada' }));
    check(planned, { kind: 'not-enough', because: 'share', missed: 2 });
    expect(enoughInWords(whole(findEnough(planned)))[1]).toContain('A greater share does');
  });

  test('nothing to run needs nothing', () =>
    check(small(smallCluster(1, 1, { addOns: 3 }), []), { furtherMembers: 0, addOns: 0, missedWithOneFewer: null }));
});

test('the number that is found does, and one fewer does not', () => {
  const run = fc.record({
    at: fc.integer({ min: 0, max: 60 }),
    user: fc.constantFrom('a', 'b', 'c'),
    takes: fc.integer({ min: 1, max: 30 }),
    within: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 20 }), fc.constantFrom(null, 1), (runs, addOns) => {
      const planned = small(smallCluster(1, 2, { addOns }), runs);
      const found = whole(findEnough(planned));
      if (found.kind === 'not-enough') throw new Error('Every run can have a machine of its own.');
      const missedWith = (members: number, pool: number | null): number =>
        missedOf(whole(playLoad(withChanges(planned, { members, addOns: pool }))));
      expect(missedWith(found.furtherMembers, found.addOns)).toBe(0);
      if (found.furtherMembers > 0) expect(missedWith(found.furtherMembers - 1, null)).toBeGreaterThan(0);
      if (found.addOns !== null && found.addOns > 1)
        expect(missedWith(found.furtherMembers, found.addOns - 1)).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});
