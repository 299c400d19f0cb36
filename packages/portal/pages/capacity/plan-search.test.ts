import { describe, expect, test } from 'vitest';
import { bodyOf, planCommandOf } from './plan-search.ts';

const NOW_MS = Date.UTC(2026, 10, 29);

describe('a plan in the address', () => {
  test('asks for the last 14 days without any change', () =>
    expect(bodyOf({ cluster: 'k' }, NOW_MS)).toEqual({
      body: { from: '2026-11-15T00:00:00.000Z', changes: {}, enough: false },
      problems: {},
    }));

  test('with every change', () =>
    expect(
      bodyOf(
        {
          days: '7',
          members: '+1',
          slots: '2',
          addOns: '4',
          spread: '30m',
          toggle: 'on',
          perFlow: 'yes',
          fairness: 'share-user-2,high-1',
          enough: 'yes',
        },
        NOW_MS,
      ).body,
    ).toEqual({
      from: '2026-11-22T00:00:00.000Z',
      changes: {
        members: 1,
        slots: 2,
        addOns: 4,
        spreadMs: 1_800_000,
        runOnAllGateways: true,
        accountPerFlow: true,
        fairness: { ageing: null, share: { by: 'user', atMost: 2 }, lanes: [{ for: 'high', slots: 1 }] },
      },
      enough: true,
    }));

  test('add-ons without end', () =>
    expect(bodyOf({ addOns: 'unlimited' }, NOW_MS).body.changes).toEqual({ addOns: null }));

  test('says what is no answer, and asks for the rest', () => {
    const { body, problems } = bodyOf(
      { members: 'many', slots: '0', spread: 'long', addOns: '1.5', perFlow: 'yes' },
      NOW_MS,
    );
    expect(Object.keys(problems).toSorted()).toEqual(['addOns', 'members', 'slots', 'spread']);
    expect(body.changes).toEqual({ accountPerFlow: true });
  });

  test('is a command line as well', () =>
    expect(
      planCommandOf({ cluster: 'k', members: '+1', spread: '1h 30m', toggle: 'off', perFlow: 'yes', enough: 'yes' }),
    ).toBe(
      'deskhand gateway-clusters plan k --members +1 --spread 1h30m --run-on-all-gateways no --account-per-flow --enough',
    ));
});
