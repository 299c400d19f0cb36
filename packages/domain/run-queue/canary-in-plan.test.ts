import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { anySnapshot, NOW_MS } from './any-world.contract.ts';
import { explain } from './explain.ts';
import { planAssignments } from './plan-assignments.ts';
import { inHand, member, queuedRun, snapshot } from './queue-world.ts';
import type { QueueSnapshot, RunClass } from './snapshot.ts';

const setAside = { nextCanaryAtMs: 3_600_000 };
const canary = (gateway: string, user = 'svc', topRank = 0): RunClass => ({
  key: `canary of ${gateway}`,
  user,
  mode: 'unattended',
  whenSessionBlocked: 'wait',
  count: 1,
  heads: [queuedRun({ user, topRank }, 100)],
  canaryOf: gateway as GatewayId,
});
const offers = (world: QueueSnapshot): string =>
  planAssignments(world, NOW_MS, () => 0)
    .offers.map(({ runId, gatewayId }) => `${runId} to ${gatewayId}`)
    .join(', ');

const two = [member('sick', { setAside }), member('well')];

describe('a member that is set aside', () => {
  test('is offered nothing, and says when its next canary sign-in is and who can put it back', () => {
    const world = snapshot({ members: [member('sick', { setAside })], runs: [{ user: 'alice' }] });
    expect(offers(world)).toBe('');
    const answer = explain(world, world.classes[0]?.key ?? '', NOW_MS);
    expect(answer).toMatchObject({ kind: 'waits', foremost: { code: 'gateway-set-aside', kind: 'availability' } });
    expect(answer.kind === 'waits' && answer.foremost.remedy).toBe(
      'The next canary sign-in is at 01:00 UTC; 3 that succeed put it back, and an admin of the cluster can do so at once.',
    );
  });

  test('is passed over by the toggle of S47: the next in order takes the runs', () => {
    const members = [member('sick', { setAside }), member('well', { order: 1 })];
    expect(offers(snapshot({ members, runs: [{ user: 'alice' }], runOnAllGateways: false }))).toBe('r1 to well');
  });

  test('is never the reason to end a run: a blocked session decides only where somebody was asked', () => {
    const world = snapshot({ members: [member('sick', { setAside })], runs: [{ user: 'alice' }] });
    expect(planAssignments(world, NOW_MS, () => 0).refusals).toEqual([]);
  });
});

describe('a canary sign-in', () => {
  test('is offered to its gateway alone, and a run of the same account to the other', () => {
    const world = snapshot({ members: two, runs: [{ user: 'svc' }] });
    expect(offers({ ...world, classes: [...world.classes, canary('sick')] })).toBe('r1 to well, r100 to sick');
  });

  test('is offered there with the toggle of S47 off, too', () => {
    const world = snapshot({ members: two, runs: [], runOnAllGateways: false });
    expect(offers({ ...world, classes: [canary('sick')] })).toBe('r100 to sick');
  });

  test('waits for the slot and for the account as a run does', () => {
    const full = [member('sick', { setAside, capacityOverride: 1 }), member('well')];
    const reasonOf = (members: typeof two, user: string): string => {
      const world = { ...snapshot({ members, runs: [], inHand: [inHand(user, 'sick')] }), classes: [canary('sick')] };
      const answer = explain(world, 'canary of sick', NOW_MS);
      return answer.kind === 'waits' ? answer.foremost.code : answer.kind;
    };
    expect(reasonOf(full, 'alice')).toBe('no-free-slot');
    expect(reasonOf(two, 'svc')).toBe('user-busy');
    expect(reasonOf(two, 'alice')).toBe('starts');
  });

  test.each([
    ['offline', { online: false }, 'gateway-offline'],
    ['disabled', { enabled: false }, 'gateway-disabled'],
    ['in maintenance', { maintenance: { note: '' } }, 'gateway-in-maintenance'],
    ['quarantined', { quarantined: true }, 'gateway-quarantined'],
  ] as const)('waits while its gateway is %s', (_, change, code) => {
    const world = {
      ...snapshot({ members: [member('sick', { setAside, ...change })], runs: [] }),
      classes: [canary('sick')],
    };
    expect(explain(world, 'canary of sick', NOW_MS)).toMatchObject({ kind: 'waits', foremost: { code } });
  });
});

test('whatever the queue, people’s runs never go to a member that is set aside, and canaries only to theirs', () => {
  let canaries = 0;
  fc.assert(
    fc.property(anySnapshot, fc.nat(3), (world, index) => {
      const gateway = `g${String(index)}`;
      const plan = planAssignments(
        { ...world, classes: [...world.classes, canary(gateway, 'svc', 1_000)] },
        NOW_MS,
        () => 0,
      );
      const aside = new Set(world.members.flatMap((one) => (one.setAside ? [one.gatewayId] : [])));
      for (const offer of plan.offers) {
        if (offer.classKey === `canary of ${gateway}`) {
          canaries += 1;
          expect(offer.gatewayId).toBe(gateway);
        } else expect(aside).not.toContain(offer.gatewayId);
      }
    }),
    // Some thirty canaries come of a thousand runs, and no draw of this many comes near to twenty.
    { numRuns: 3_000 },
  );
  expect(canaries).toBeGreaterThan(20);
});
