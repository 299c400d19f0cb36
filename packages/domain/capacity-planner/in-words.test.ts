import { expect, test } from 'vitest';
import { type Fairness, NO_FAIRNESS } from '../run-queue/fairness/fairness.ts';
import type { Enough } from './find-enough.ts';
import { enoughInWords, fairnessInWords } from './in-words.ts';
import { type SmallRun, small, smallCluster } from './small-loads.ts';

const ageing = { afterMinutes: 30 };
const share = { by: 'user', atMost: null } as const;
const planned = (fairness: Partial<Fairness> | null, run: SmallRun = { by: 'ada' }) =>
  small(smallCluster(1, 1, fairness === null ? {} : { fairness: { ...NO_FAIRNESS, ...fairness } }), [run]);

const enough = (missedWithOneFewer: number | null): Enough => ({
  ...{ kind: 'enough', furtherMembers: 0, switchOn: false, addOns: null, addOnsPeak: 1 },
  ...{ missedWithOneFewer, moreSlots: { missed: 0, isOfAccounts: false } },
});

test('what one machine fewer would cost is said, also where it would cost nothing', () => {
  expect(enoughInWords(enough(3))).toContain('With one machine fewer 3 runs would miss it.');
  expect(enoughInWords(enough(0))).toContain('One machine fewer is enough as well.');
  expect(enoughInWords(enough(null)).join()).not.toContain('fewer');
});

test('nothing is said of the order of a queue without fairness', () =>
  expect(fairnessInWords(planned(null), planned(null))).toEqual([]));

test('the rules that are played, and other ones with the changes', () => {
  const [now, changed] = fairnessInWords(planned({ ageing }), planned(null));
  expect(now).toContain('is played as it is set now: A run of normal priority that has waited 30 minutes');
  expect(changed).toBe('With the changes: the queue order alone.');
  expect(fairnessInWords(planned(null), planned({ ageing }))).toEqual([
    expect.stringContaining('With the changes: A run of normal priority'),
  ]);
  expect(fairnessInWords(planned({ ageing }), planned({ ageing }))).toHaveLength(1);
});

test('a load that does not say who submits is said to know no share of a user', () => {
  expect(fairnessInWords(planned({ share }), planned({ share }))).toHaveLength(1);
  const unknown = planned({ share }, {});
  expect(fairnessInWords(unknown, unknown)[1]).toContain('no user has a share');
});

test('how a flow comes to be short is said', () => {
  const short = planned({ lanes: [{ for: 'short', slots: 1, underMinutes: 5 }] });
  expect(fairnessInWords(short, short)[1]).toContain('with fewer than five it is not short');
});
