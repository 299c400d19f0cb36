import { describe, expect, test } from 'vitest';
import { limitOfMember } from '../capacity/session-limit.ts';
import { NO_FAIRNESS } from '../run-queue/fairness/fairness.ts';
import { member } from '../run-queue/queue-world.ts';
import { type PlanChanges, withChanges } from './changes.ts';
import { clusterToPlan } from './load.ts';
import { MINUTE_MS, small, smallCluster } from './small-loads.ts';

const planned = small(smallCluster(2, 3, { addOns: 2 }), [
  { user: 'a', flow: 'mail' },
  { user: 'a', flow: 'bills' },
  { user: 'a', flow: 'mail' },
]);
const changed = (changes: PlanChanges) => withChanges(planned, changes);
const arrivals = (changes: PlanChanges) => changed(changes).load.runs.map(({ atMs }) => Math.round(atMs / MINUTE_MS));

describe('what a plan changes', () => {
  test('nothing that is not named', () => expect(changed({})).toEqual(planned));

  test('S51: a further machine is like the first one and stands last', () => {
    const { members } = changed({ members: 1 }).cluster;
    expect(members.map(({ name, order }) => `${String(order)} ${name}`)).toEqual([
      '0 m1',
      '1 m2',
      '2 further machine 1',
    ]);
    expect(members[2]?.facts).toBe(members[0]?.facts);
  });

  test('one machine fewer is the last one', () =>
    expect(changed({ members: -1 }).cluster.members.map(({ name }) => name)).toEqual(['m1']));

  test('slots as far as the policy bears them', () => {
    const server = member('server', { facts: { reportedPolicy: 'multi-session', sessionLimit: 8 } });
    const { cluster } = withChanges({ ...planned, cluster: smallCluster(1, 3, { members: [server] }) }, { slots: 6 });
    const limits = [...cluster.members, ...changed({ slots: 6 }).cluster.members].map((one) =>
      one.facts === null ? 0 : limitOfMember(one, one.facts),
    );
    expect(limits).toEqual([2, 6, 6]);
  });

  test('S54: add-ons, also without end', () => {
    expect(changed({ addOns: 5 }).cluster.addOns).toBe(5);
    expect(changed({ addOns: null }).cluster.addOns).toBeNull();
  });

  test('S47: the toggle', () => expect(changed({ runOnAllGateways: false }).cluster.runOnAllGateways).toBe(false));

  test('the fairness, or none of it', () => {
    const fairness = { ageing: { afterMinutes: 5 }, share: null, lanes: [] };
    const fair = changed({ fairness });
    expect(fair.cluster.fairness).toEqual(fairness);
    expect(withChanges(fair, { slots: 4 }).cluster.fairness).toEqual(fairness);
    expect(withChanges(fair, { fairness: NO_FAIRNESS })).toEqual(planned);
  });

  test('S50: runs that come at once come one after another, within the time given', () =>
    expect(arrivals({ spreadMs: 60 * MINUTE_MS })).toEqual([0, 14, 37]));

  test('S50: the runs of one flow come at another time', () =>
    expect(arrivals({ shift: { flow: 'mail', byMs: 30 * MINUTE_MS } })).toEqual([0, 30, 30]));

  test('S50: all runs come at another time', () =>
    expect(arrivals({ shift: { flow: null, byMs: -5 * MINUTE_MS } })).toEqual([-5, -5, -5]));

  test('S52: each flow runs as an account of its own', () =>
    expect(new Set(changed({ accountPerFlow: true }).load.runs.map(({ user }) => user))).toEqual(
      new Set(['account of mail', 'account of bills']),
    ));
});

test('a plan is made for a day on which every member works and nobody is signed in', () => {
  const snapshot = {
    version: 3,
    runOnAllGateways: true,
    selection: 'random' as const,
    classes: [],
    inHand: [],
    addOnsFree: 1,
    fairness: { ageing: null, share: { by: 'user' as const, atMost: 2 }, lanes: [] },
    members: [
      member('away', { online: false, maintenance: { note: 'new disk' } }),
      member('sick', { setAside: { nextCanaryAtMs: null } }),
      member('unknown', { facts: null }),
      member('disabled', { enabled: false }),
      member('quarantined', { quarantined: true }),
    ],
  };
  const { members, addOns, fairness } = clusterToPlan(snapshot, 4);
  expect(members.map(({ name, online, maintenance, setAside }) => ({ name, online, maintenance, setAside }))).toEqual([
    { name: 'away', online: true, maintenance: null, setAside: null },
    { name: 'sick', online: true, maintenance: null, setAside: null },
  ]);
  expect(addOns).toBe(4);
  expect(fairness).toBe(snapshot.fairness);
});
