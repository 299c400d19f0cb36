import { type Fairness, NO_FAIRNESS } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { expect, test } from 'vitest';
import type { Call } from '../../command.ts';
import { fairnessFrom } from './fairness-options.ts';

const from = (options: Record<string, unknown>, now: Fairness = NO_FAIRNESS) =>
  fairnessFrom({ options } as unknown as Call, now);

const all: Fairness = {
  ageing: { afterMinutes: 30 },
  share: { by: 'user', atMost: 2 },
  lanes: [
    { for: 'high', slots: 1 },
    { for: 'short', slots: 1, underMinutes: 5 },
  ],
};

test('without any of its options nothing is asked for', () => expect(from({}, all)).toBeUndefined());

test('all of it at once', () =>
  expect(from({ ageing: '30m', share: 'user', shareAtMost: '2', lane: ['short=1:5m', 'high=1'] })).toEqual(all));

test.each<[Record<string, unknown>, Partial<Fairness>]>([
  [{ ageing: '1h30m' }, { ageing: { afterMinutes: 90 } }],
  [{ ageing: 'off' }, { ageing: null }],
  [{ share: 'flow' }, { share: { by: 'flow', atMost: 2 } }],
  [{ share: 'off' }, { share: null }],
  [{ shareAtMost: 'off' }, { share: { by: 'user', atMost: null } }],
  [{ lane: ['high=3'] }, { lanes: [{ for: 'high', slots: 3 }, ...all.lanes.slice(1)] }],
  [{ lane: ['high=0'] }, { lanes: all.lanes.slice(1) }],
  [{ lane: ['short=0'] }, { lanes: all.lanes.slice(0, 1) }],
])('%j changes that and keeps the rest', (options, change) =>
  expect(from(options, all)).toEqual({ ...all, ...change }),
);

test.each<[Record<string, unknown>, string]>([
  [{ ageing: 'soon' }, '"soon" is not a time in whole minutes.'],
  [{ ageing: '90s' }, '"90s" is not a time in whole minutes.'],
  [{ shareAtMost: '2' }, 'Whose runs are counted is not said.'],
  [{ share: 'user', shareAtMost: 'two' }, '"two" is not a number.'],
  [{ lane: ['low=1'] }, '"low=1" is not a lane.'],
  [{ lane: ['short=1'] }, '"short=1" is not a lane.'],
])('%j is refused with words', (options, words) => expect(() => from(options)).toThrow(words));
