import { type Fairness, NO_FAIRNESS } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { describe, expect, test } from 'vitest';
import { fairnessOptionsOf, readFairness, writeFairness } from './plan-fairness.ts';

const everything: Fairness = {
  ageing: { afterMinutes: 30 },
  share: { by: 'flow', atMost: 2 },
  lanes: [
    { for: 'high', slots: 1 },
    { for: 'short', slots: 2, underMinutes: 5 },
  ],
};

describe('the fairness of a plan', () => {
  test.each<[string, Fairness]>([
    ['none', NO_FAIRNESS],
    ['share-user', { ...NO_FAIRNESS, share: { by: 'user', atMost: null } }],
    ['ageing-30,share-flow-2,high-1,short-2-5', everything],
  ])('stands in the address as %s', (text, fairness) => {
    expect(writeFairness(fairness)).toBe(text);
    expect(readFairness(text)).toEqual(fairness);
  });

  test.each(['', 'fair', 'ageing-', 'share-team', 'high-1-5', 'ageing-30,'])('is not what "%s" says', (text) =>
    expect(readFairness(text)).toBeNull(),
  );

  test('says each of its parts to the command line, which would keep what is left out', () => {
    expect(fairnessOptionsOf(NO_FAIRNESS).join(' ')).toBe('--ageing off --share off --lane high=0 --lane short=0');
    expect(fairnessOptionsOf(everything).join(' ')).toBe(
      '--ageing 30m --share flow --share-at-most 2 --lane high=1 --lane short=2:5m',
    );
    expect(fairnessOptionsOf({ ...NO_FAIRNESS, share: { by: 'user', atMost: null } })).toContain('off');
  });
});
