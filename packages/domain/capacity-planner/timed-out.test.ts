import { describe, expect, test } from 'vitest';
import { reason } from '../placement/reasons.ts';
import type { MemberAnswer, WaitCode } from '../run-queue/snapshot.ts';
import type { GatewayId } from '../brand.ts';
import type { Planned } from './load.ts';
import { MINUTE_MS, type SmallRun, smallCluster, smallLoad, whole } from './small-loads.ts';
import { causeOf, likelyRemedies, lookBack, remedyOf, strategyOf } from './timed-out.ts';

/** The last run of the fifth hour is the one that missed its deadline. */
const AT = 5 * 60;
const lastOf = (planned: Planned): number => planned.load.runs.findLastIndex(({ atMs }) => atMs === AT * MINUTE_MS);

function looked(cluster: Planned['cluster'], before: readonly SmallRun[], run: SmallRun, toHour = 12) {
  const load = smallLoad([...before, { within: 10, flow: 'mail', ...run, at: AT }], { toMs: toHour * 60 * MINUTE_MS });
  const planned = { cluster, load };
  return whole(lookBack(planned, lastOf(planned)));
}
const named = (...of: Parameters<typeof looked>) => {
  const best = remedyOf(looked(...of));
  return best === null ? null : `${strategyOf[best.remedy]}: ${best.remedy}`;
};

describe('a run that timed out names what would have helped', () => {
  test('S52: an account of its own, where it waited for its own account', () =>
    expect(named(smallCluster(1, 2), [{ at: AT - 10, user: 'a', takes: 60 }], { user: 'a' })).toBe(
      'separate-connections: own-account',
    ));

  test('S51: the other machines of its cluster, where they stood by', () =>
    expect(named(smallCluster(2, 1, { runOnAllGateways: false }), [{ at: AT - 10, takes: 60 }], {})).toBe(
      'cluster: run-on-all-gateways',
    ));

  test('S50: another hour, where every slot was taken for a while', () => {
    expect(named(smallCluster(1, 1), [{ at: AT - 10, takes: 60 }], {})).toBe('spread-over-time: other-hour');
    const { tried } = looked(smallCluster(1, 1), [{ at: AT - 10, takes: 60 }], {});
    expect(tried.find(({ remedy }) => remedy === 'other-hour')).toMatchObject({
      byMs: 60 * MINUTE_MS,
      startsAfterMs: 0,
    });
  });

  test('S51: a further machine, where the slots were taken all day', () =>
    expect(named(smallCluster(1, 1), [{ at: 0, takes: 600 }], {})).toBe('cluster: further-machine'));

  test('nothing of these, where the add-ons were used up all day', () => {
    expect(named(smallCluster(2, 1, { addOns: 1 }), [{ at: 0, takes: 600 }], {})).toBeNull();
  });

  test('an hour whose load nobody knows is not promised', () =>
    expect(named(smallCluster(1, 1), [{ at: 0, takes: 320 }], {}, 5.5)).toBe('cluster: further-machine'));

  test('where the play does not show what happened it says nothing', () =>
    expect(looked(smallCluster(1, 1), [], {})).toEqual({ isReproduced: false, tried: [] }));
});

const answers = (...codes: WaitCode[]): readonly MemberAnswer[] =>
  codes.map((code, index) => ({
    gatewayId: `m${String(index)}` as GatewayId,
    name: `m${String(index)}`,
    because: reason(code, code, ''),
  }));

describe('what the last answers of the members tell by themselves', () => {
  test('whether the load was in the way at all', () => {
    expect(causeOf(answers('gateway-offline', 'no-free-slot'))).toBe('load');
    expect(causeOf(answers('no-add-on', 'gateway-offline'))).toBe('add-ons');
    expect(causeOf(answers('gateway-offline', 'attended-locked'))).toBe('not-load');
    expect(causeOf([])).toBe('not-load');
  });

  test('and what is likely then', () => {
    expect(likelyRemedies(answers('no-free-slot', 'not-primary'))).toEqual([
      'run-on-all-gateways',
      'other-hour',
      'further-machine',
    ]);
    expect(likelyRemedies(answers('user-busy'))).toEqual(['own-account']);
    expect(likelyRemedies(answers('gateway-offline'))).toEqual([]);
  });
});
