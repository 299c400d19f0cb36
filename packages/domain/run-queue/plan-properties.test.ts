import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdingsOf } from '../capacity/holdings.ts';
import { limitOfMember, policyOf } from '../capacity/session-limit.ts';
import { memberAvailability } from '../gateway/member-availability.ts';
import { canStartHere } from '../placement/can-start-here.ts';
import { declineStands } from '../placement/decline-memory.ts';
import { anySnapshot, NOW_MS } from './any-world.contract.ts';
import { planAssignments } from './plan-assignments.ts';
import { byQueueOrder } from './queue-order.ts';
import { inHand, member, snapshot } from './queue-world.ts';
import type { ClusterMember, Plan, QueuedRun, QueueSnapshot, RunClass, RunInHand } from './snapshot.ts';

/** A plain generator with a seed, so that a plan can be made again. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const planOf = (world: QueueSnapshot, seed: number): Plan => planAssignments(world, NOW_MS, seeded(seed));

function checkPlans(holds: (world: QueueSnapshot, plan: Plan) => void): void {
  fc.assert(
    fc.property(anySnapshot, fc.integer(), (world, seed) => {
      holds(world, planOf(world, seed));
    }),
    { numRuns: 400 },
  );
}

interface Waiting {
  readonly run: QueuedRun;
  readonly runClass: RunClass;
}

function waitingInOrder(world: QueueSnapshot): readonly Waiting[] {
  return world.classes
    .flatMap((runClass) => runClass.heads.map((run) => ({ run, runClass })))
    .toSorted((a, b) => byQueueOrder(a.run, b.run));
}

/** What one member says to a run, worked out from nothing but the rules and the runs it has by now. */
function memberSays(
  world: QueueSnapshot,
  one: ClusterMember,
  { runClass }: Waiting,
  taken: readonly RunInHand[],
): string {
  if (!isAsked(world, one)) return 'not asked';
  if (one.facts === null) return 'not ready';
  const policy = policyOf(one, one.facts);
  const machine = { policy, facts: one.facts, limit: limitOfMember(one, one.facts) };
  const here = [...world.inHand, ...taken].filter((run) => run.gatewayId === one.gatewayId);
  const verdict = canStartHere(machine, holdingsOf(policy, one.facts, here), runClass);
  if (!verdict.ok && verdict.because.kind !== 'session-rule') return verdict.because.kind;
  const unattended = taken.filter((run) => run.mode === 'unattended').length;
  if (runClass.mode === 'unattended' && world.addOnsFree !== null && unattended >= world.addOnsFree) return 'add-ons';
  const { version } = one.facts;
  const decline = one.declines.find((said) => said.classKey === runClass.key && declineStands(said, version, NOW_MS));
  if (decline !== undefined) return decline.because.kind;
  return verdict.ok ? 'yes' : verdict.because.kind;
}

function isAsked(world: QueueSnapshot, one: ClusterMember): boolean {
  const available = world.members.filter((candidate) => memberAvailability(candidate).ok);
  if (world.runOnAllGateways || !available.includes(one)) return available.includes(one);
  return available.toSorted((a, b) => a.order - b.order)[0] === one;
}

/** Walks the queue as the plan must have, and says for each run what every member would have answered at its turn. */
function walk(
  world: QueueSnapshot,
  plan: Plan,
  look: (waiting: Waiting, says: ReadonlyMap<string, string>) => void,
): void {
  const taken: RunInHand[] = [];
  for (const waiting of waitingInOrder(world)) {
    const says = world.members.map((one) => [one.gatewayId as string, memberSays(world, one, waiting, taken)] as const);
    look(waiting, new Map(says));
    const offer = plan.offers.find((one) => one.runId === waiting.run.id);
    if (offer === undefined) continue;
    const { user, mode } = waiting.runClass;
    taken.push({ id: waiting.run.id, gatewayId: offer.gatewayId, user, mode });
  }
}

describe('for any snapshot', () => {
  test('I6: every run that can start at its turn is offered to a member that can start it, and no other is', () => {
    checkPlans((world, plan) => {
      walk(world, plan, ({ run }, says) => {
        const offer = plan.offers.find((one) => one.runId === run.id);
        const canStart = [...says].filter(([, said]) => said === 'yes').map(([gateway]) => gateway);
        if (offer === undefined) expect(canStart).toEqual([]);
        else expect(canStart).toContain(offer.gatewayId);
      });
    });
  });

  test('fail or wait: a run is refused exactly when every member asked refuses by a session rule', () => {
    checkPlans((world, plan) => {
      walk(world, plan, ({ run, runClass }, says) => {
        const asked = [...says.values()].filter((said) => said !== 'not asked');
        const allRefuse = asked.length > 0 && asked.every((said) => said === 'session-rule');
        const refused = plan.refusals.some((refusal) => refusal.runId === run.id);
        expect(refused).toBe(allRefuse && runClass.whenSessionBlocked === 'fail');
      });
    });
  });

  test('S40: no two runs of one user are on one machine', () => {
    checkPlans((world, plan) => {
      const places = plan.offers.map((offer) => `${userOf(world, offer.classKey)} ${offer.gatewayId}`);
      const before = world.inHand.map((run) => `${run.user} ${run.gatewayId}`);
      expect(new Set([...places, ...before]).size).toBe(places.length + before.length);
    });
  });

  test('S38, S39: an offer never takes a machine over its limit', () => {
    checkPlans((world, plan) => {
      for (const one of world.members) {
        const mine = plan.offers.filter((offer) => offer.gatewayId === one.gatewayId);
        if (one.facts === null || mine.length === 0) continue;
        const policy = policyOf(one, one.facts);
        const isShared = policy === 'linux' || policy === 'multi-session';
        const takes = (mode: string) => !isShared || mode === 'unattended';
        const offered = mine.filter((offer) => takes(modeOf(world, offer.classKey))).length;
        const running = world.inHand.filter((run) => run.gatewayId === one.gatewayId && takes(run.mode)).length;
        const people = isShared ? one.facts.sessions.filter((open) => !open.ours).length : 0;
        if (offered > 0) expect(offered + running + people).toBeLessThanOrEqual(limitOfMember(one, one.facts));
      }
    });
  });

  test('S54: no more unattended runs are offered than add-ons are free', () => {
    checkPlans((world, plan) => {
      const unattended = plan.offers.filter((offer) => modeOf(world, offer.classKey) === 'unattended');
      expect(unattended.length).toBeLessThanOrEqual(world.addOnsFree ?? Number.POSITIVE_INFINITY);
    });
  });

  test('S45: members that are offline, disabled, quarantined or in maintenance are never offered anything', () => {
    checkPlans((world, plan) => {
      const usable = world.members.filter(
        (one) => one.online && one.enabled && !one.quarantined && one.maintenance === null,
      );
      expect(usable.map((one) => one.gatewayId)).toEqual(
        expect.arrayContaining(plan.offers.map((one) => one.gatewayId)),
      );
    });
  });

  test('every run is offered, refused or waits, and every class that waits has a reason from every member', () => {
    checkPlans((world, plan) => {
      const decided = [...plan.offers, ...plan.refusals].map((one) => one.runId);
      expect(new Set(decided).size).toBe(decided.length);
      const left = world.classes.filter((runClass) => runClass.heads.some((run) => !decided.includes(run.id)));
      expect(plan.waiting.map((one) => one.classKey)).toEqual(left.map((runClass) => runClass.key));
      for (const waiting of plan.waiting) {
        expect(waiting.because.map((answer) => answer.gatewayId)).toEqual(world.members.map((one) => one.gatewayId));
        for (const { message, remedy } of [waiting.foremost, ...waiting.because.map((answer) => answer.because)]) {
          expect(message).not.toBe('');
          expect(typeof remedy).toBe('string');
        }
      }
    });
  });

  test('S28: the run that is next to run is one that waits', () => {
    checkPlans((world, plan) => {
      if (plan.nextToRun === null) return;
      const decided = [...plan.offers, ...plan.refusals].map((one) => one.runId);
      expect(decided).not.toContain(plan.nextToRun);
      expect(waitingInOrder(world).map(({ run }) => run.id)).toContain(plan.nextToRun);
    });
  });

  test('planning the same snapshot twice gives the same plan', () => {
    fc.assert(
      fc.property(anySnapshot, fc.integer(), (world, seed) => {
        expect(planOf(world, seed)).toEqual(planOf(structuredClone(world), seed));
      }),
    );
  });

  test('a plan that was carried out leaves nothing more to offer', () => {
    checkPlans((world, plan) => expect(planOf(carriedOut(world, plan), 1).offers).toEqual([]));
  });
});

function carriedOut(world: QueueSnapshot, plan: Plan): QueueSnapshot {
  const gone = new Set<string>([...plan.offers, ...plan.refusals].map((one) => one.runId));
  const taken = plan.offers.map((offer) => ({
    id: offer.runId,
    gatewayId: offer.gatewayId,
    user: userOf(world, offer.classKey),
    mode: modeOf(world, offer.classKey),
  }));
  const classes = world.classes.map((runClass) => {
    const heads = runClass.heads.filter((run) => !gone.has(run.id));
    return { ...runClass, heads, count: heads.length };
  });
  const unattended = taken.filter((run) => run.mode === 'unattended').length;
  const addOnsFree = world.addOnsFree === null ? null : world.addOnsFree - unattended;
  return { ...world, classes, inHand: [...world.inHand, ...taken], addOnsFree };
}

function classOf(world: QueueSnapshot, key: string): RunClass {
  const found = world.classes.find((runClass) => runClass.key === key);
  if (found === undefined) throw new Error(`The plan names a class that is not in the snapshot: ${key}`);
  return found;
}
const userOf = (world: QueueSnapshot, key: string) => classOf(world, key).user;
const modeOf = (world: QueueSnapshot, key: string) => classOf(world, key).mode;

describe('S42, S43: the choice among members', () => {
  const draws = 4_000;
  /** By the number of members: 99.9 % of honest draws stay below it; the seed is fixed, so it never wavers. */
  const chiSquareLimits = { 3: 13.82, 4: 16.27, 10: 27.88 } as const;
  type Count = keyof typeof chiSquareLimits;

  function counts(
    members: readonly ClusterMember[],
    inHandNow: readonly RunInHand[] = [],
  ): ReadonlyMap<string, number> {
    const random = seeded(20_200_922);
    const counted = new Map<string, number>();
    for (let draw = 0; draw < draws; draw += 1) {
      const world = snapshot({ members, runs: [{ user: 'alice' }], inHand: inHandNow });
      const gateway = planAssignments(world, NOW_MS, random).offers[0]?.gatewayId ?? 'none';
      counted.set(gateway, (counted.get(gateway) ?? 0) + 1);
    }
    return counted;
  }

  /** Each of them was chosen, nobody else was, and the counts are as even as chance makes them. */
  function expectEven(counted: ReadonlyMap<string, number>, fit: readonly ClusterMember[], count: Count): void {
    expect([...counted.keys()].toSorted()).toEqual(fit.map(({ name }) => name).toSorted());
    const expected = draws / count;
    const chiSquare = [...counted.values()].reduce((sum, one) => sum + (one - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(chiSquareLimits[count]);
  }

  const named = (count: Count): readonly ClusterMember[] =>
    Array.from({ length: count }, (_, index) => member(`fit-${String(index)}`, { order: index }));

  test.each([3, 4, 10] as const)('is even among %d members that can start the run', (count) => {
    expectEven(counts(named(count)), named(count), count);
  });

  test.each([3, 10] as const)('stays even among %d when others are full, away or taken out', (count) => {
    const unfit = [
      member('full', { capacityOverride: 1 }),
      member('off', { online: false }),
      member('disabled', { enabled: false }),
      member('quarantined', { quarantined: true }),
      member('in-maintenance', { maintenance: { note: '' } }),
    ];
    // Between the others, so that a member's place in the list could not go unnoticed.
    const mixed = named(count).flatMap((one, index) => [...unfit.slice(index, index + 1), one]);
    const all = [...mixed, ...unfit.slice(count)];
    expectEven(counts(all, [inHand('bob', 'full')]), named(count), count);
  });
});
