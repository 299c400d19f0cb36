import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdingsOf, takesSlot } from '../../capacity/holdings.ts';
import { limitOfMember, policyOf } from '../../capacity/session-limit.ts';
import { servingMembers } from '../../gateway/member-availability.ts';
import { canStartHere } from '../../placement/can-start-here.ts';
import { declineStands } from '../../placement/decline-memory.ts';
import { anySnapshot, NOW_MS } from '../any-world.contract.ts';
import { dryRun } from '../dry-run.ts';
import { planAssignments } from '../plan-assignments.ts';
import type { ClusterMember, Plan, QueuedRun, QueueSnapshot, RunClass, RunInHand } from '../snapshot.ts';
import { anyFairRun, anyFairSnapshot, asToldApart, fairClassOf, fairKeyOf } from './any-fair-world.contract.ts';
import { type Fairness, type Lane, NO_FAIRNESS } from './fairness.ts';

type FairWorld = QueueSnapshot & { readonly fairness: Fairness };
const planOf = (world: QueueSnapshot): Plan => planAssignments(world, NOW_MS, () => 0);

interface Waiting {
  readonly run: QueuedRun;
  readonly runClass: RunClass;
}
const allWaiting = (world: QueueSnapshot): readonly Waiting[] =>
  world.classes.flatMap((runClass) => runClass.heads.map((run) => ({ run, runClass })));

/** The rules, written down once more and from nothing but the runs that are at work. */
const isHigh = ({ run }: Waiting, { ageing }: Fairness): boolean =>
  run.priority === 'high' ||
  (ageing !== null && NOW_MS - (run.requestedAtMs ?? NOW_MS) >= ageing.afterMinutes * 60_000);
const atWork = (taken: readonly RunInHand[], { runClass }: Waiting): number =>
  taken.filter((run) => run.fair?.sharer != null && run.fair.sharer.id === runClass.fair?.sharer?.id).length;

/** Whether `one` has its turn before `other`, while these are at work. */
function goesBefore(one: Waiting, other: Waiting, fairness: Fairness, taken: readonly RunInHand[]): boolean {
  const [top, otherTop] = [one.run.topRank ?? 0, other.run.topRank ?? 0];
  if (top !== otherTop) return top > otherTop;
  const [high, otherHigh] = [isHigh(one, fairness), isHigh(other, fairness)];
  if (high !== otherHigh) return high;
  const fewer = top === 0 && fairness.share !== null ? atWork(taken, one) - atWork(taken, other) : 0;
  return fewer === 0 ? one.run.requestNumber < other.run.requestNumber : fewer < 0;
}

const isOf = (lane: Lane, facts: RunInHand['fair']): boolean =>
  lane.for === 'high'
    ? facts?.priority === 'high'
    : facts?.usuallyMs != null && facts.usuallyMs < lane.underMinutes * 60_000;

interface Slots {
  readonly all: number;
  /** Held by what is of none of these lanes. */
  readonly heldByOthers: (lanes: readonly Lane[]) => number;
}

function slotsOf(world: QueueSnapshot, taken: readonly RunInHand[]): Slots {
  const serving = [...servingMembers(world.members, world.runOnAllGateways)].flatMap((one) => {
    if (one.facts === null) return [];
    const policy = policyOf(one, one.facts);
    const { canAttended, canUnattended } = one.facts;
    if (!(canUnattended || (canAttended && takesSlot(policy, 'attended')))) return [];
    const here = taken.filter((run) => run.gatewayId === one.gatewayId);
    const runs = here.filter((run) => takesSlot(policy, run.mode));
    const { slotsHeld, slotsOfPeople } = holdingsOf(policy, one.facts, here);
    return [
      {
        runs,
        leaving: slotsHeld - runs.length,
        left: Math.max(limitOfMember(one, one.facts) - slotsOfPeople, slotsHeld),
      },
    ];
  });
  return {
    all: serving.reduce((sum, { left }) => sum + left, 0),
    heldByOthers: (lanes) =>
      serving.reduce(
        (sum, { runs, leaving }) =>
          sum + leaving + runs.filter(({ fair }) => !lanes.some((lane) => isOf(lane, fair))).length,
        0,
      ),
  };
}

/** Slots that some of the lanes keep together, when one slot is left to everybody and the first lane comes first. */
function keptBy(lanes: readonly Lane[], some: readonly Lane[], all: number): number {
  let left = Math.max(0, all - 1);
  let kept = 0;
  for (const lane of lanes) {
    const own = Math.min(lane.slots, left);
    left -= own;
    if (some.includes(lane)) kept += own;
  }
  return kept;
}

const someOf = (lanes: readonly Lane[]): readonly (readonly Lane[])[] =>
  lanes.reduce<readonly (readonly Lane[])[]>((all, lane) => [...all, ...all.map((some) => [...some, lane])], [[]]);

function lanesLetIn(world: FairWorld, taken: readonly RunInHand[], facts: RunInHand['fair']): boolean {
  const { lanes } = world.fairness;
  const slots = slotsOf(world, taken);
  return someOf(lanes).every((some) => {
    const kept = keptBy(lanes, some, slots.all);
    return kept === 0 || some.some((lane) => isOf(lane, facts)) || slots.heldByOthers(some) + 1 <= slots.all - kept;
  });
}

/** Whether a member could start the run now by all rules together. */
function couldStart(world: FairWorld, one: ClusterMember, waiting: Waiting, taken: readonly RunInHand[]): boolean {
  const { run, runClass } = waiting;
  if (one.facts === null || !servingMembers(world.members, world.runOnAllGateways).has(one)) return false;
  const policy = policyOf(one, one.facts);
  const { version } = one.facts;
  const here = taken.filter((other) => other.gatewayId === one.gatewayId);
  const machine = { policy, facts: one.facts, limit: limitOfMember(one, one.facts) };
  if (!canStartHere(machine, holdingsOf(policy, one.facts, here), runClass).ok) return false;
  if (one.declines.some((said) => said.classKey === runClass.declineKey && declineStands(said, version, NOW_MS)))
    return false;
  const added = taken.filter((other) => other.mode === 'unattended').length - unattendedBefore(world);
  if (runClass.mode === 'unattended' && world.addOnsFree !== null && added >= world.addOnsFree) return false;
  if (run.topRank !== null) return true;
  const atMost = world.fairness.share?.atMost ?? null;
  if (atMost !== null && atWork(taken, waiting) >= atMost) return false;
  return !takesSlot(policy, runClass.mode) || lanesLetIn(world, taken, runClass.fair);
}
const unattendedBefore = (world: QueueSnapshot): number =>
  world.inHand.filter(({ mode }) => mode === 'unattended').length;

/** Goes through the queue as the rules say, one turn after the other, and looks at each. */
function walk(
  world: FairWorld,
  plan: Plan,
  look: (waiting: Waiting, canStart: readonly string[], taken: readonly RunInHand[]) => void,
): void {
  const taken = [...world.inHand];
  const left = new Set(allWaiting(world));
  while (left.size > 0) {
    const next = [...left].reduce((best, one) => (goesBefore(one, best, world.fairness, taken) ? one : best));
    left.delete(next);
    const canStart = world.members.filter((one) => couldStart(world, one, next, taken)).map((one) => one.gatewayId);
    look(next, canStart, taken);
    const offer = plan.offers.find(({ runId }) => runId === next.run.id);
    if (offer !== undefined) taken.push(inHandOf(next, offer.gatewayId));
  }
}

function inHandOf({ run, runClass }: Waiting, gatewayId: RunInHand['gatewayId']): RunInHand {
  const { user, mode, fair } = runClass;
  return { id: run.id, gatewayId, user, mode, ...(fair ? { fair } : {}) };
}

function check(holds: (world: FairWorld, plan: Plan) => void): void {
  fc.assert(
    fc.property(anyFairSnapshot, (world) => holds(world, planOf(world))),
    { numRuns: 500 },
  );
}

describe('for any snapshot of a fair queue', () => {
  test('every run that can start at its turn by all rules is offered to a member that can start it, and no other is', () => {
    check((world, plan) =>
      walk(world, plan, ({ run }, canStart) => {
        const offer = plan.offers.find(({ runId }) => runId === run.id);
        if (offer === undefined) expect(canStart).toEqual([]);
        else expect(canStart).toContain(offer.gatewayId);
      }),
    );
  });

  test('what a person moved to the top is first, whatever fairness says', () => {
    check((world, plan) => {
      const moved = new Set(allWaiting(world).flatMap(({ run }) => (run.topRank === null ? [] : [run.id])));
      const { fairness: _fairness, ...unfair } = world;
      const of = ({ offers }: Plan) => offers.filter(({ runId }) => moved.has(runId));
      expect(of(plan)).toEqual(of(planOf(unfair)));
    });
  });

  test('the slots of a lane stay free for its kind, and nobody gets more than a share may have', () => {
    check((world, plan) => {
      const isMoved = new Set(allWaiting(world).flatMap(({ run }) => (run.topRank === null ? [] : [run.id])));
      const taken = [...world.inHand];
      for (const offer of plan.offers) {
        const waiting = allWaiting(world).find(({ run }) => run.id === offer.runId);
        if (waiting === undefined) throw new Error('The plan names a run that does not wait.');
        const before = slotsOf(world, taken);
        taken.push(inHandOf(waiting, offer.gatewayId));
        if (isMoved.has(offer.runId)) continue;
        const { lanes, share } = world.fairness;
        for (const lane of lanes) {
          const kept = keptBy(lanes, [lane], before.all);
          const most = Math.max(before.heldByOthers([lane]), before.all - kept);
          if (kept === 0) continue;
          expect(slotsOf(world, taken).heldByOthers([lane])).toBeLessThanOrEqual(most);
        }
        if (share !== null && share.atMost !== null) expect(atWork(taken, waiting)).toBeLessThanOrEqual(share.atMost);
      }
    });
  });

  test('with nothing switched on the plan is the same to the last offer', () => {
    fc.assert(
      fc.property(anySnapshot, (world) => {
        expect(planOf({ ...world, fairness: NO_FAIRNESS })).toEqual(planOf(world));
      }),
      { numRuns: 500 },
    );
  });

  test('a plan that was carried out leaves nothing more to offer', () => {
    check((world, plan) => {
      const gone = new Set<string>([...plan.offers, ...plan.refusals].map(({ runId }) => runId));
      const taken = plan.offers.flatMap(({ runId, gatewayId }) =>
        allWaiting(world)
          .filter(({ run }) => run.id === runId)
          .map((waiting) => inHandOf(waiting, gatewayId)),
      );
      const classes = world.classes.map((one) => {
        const heads = one.heads.filter(({ id }) => !gone.has(id));
        return { ...one, heads, count: heads.length };
      });
      const unattended = taken.filter(({ mode }) => mode === 'unattended').length;
      const addOnsFree = world.addOnsFree === null ? null : world.addOnsFree - unattended;
      expect(planOf({ ...world, classes, addOnsFree, inHand: [...world.inHand, ...taken] }).offers).toEqual([]);
    });
  });

  test('N3: a dry run says what the planner does when the run is submitted', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyFairSnapshot, anyFairRun, (world, anyOne) => {
        const run = asToldApart(anyOne, world.fairness);
        const { priority } = run.facts;
        const answer = dryRun(world, { ...fairClassOf(run), priority }, NOW_MS);
        const plan = planOf(withLast(world, run));
        const offer = plan.offers.find(({ runId }) => runId === 'the new one');
        const refusal = plan.refusals.find(({ runId }) => runId === 'the new one');
        seen.add(answer.kind);
        expect(answer.kind).toBe(offer === undefined ? (refusal === undefined ? 'waits' : 'refused') : 'starts');
        const open = answer.members.flatMap(({ gatewayId, because }) => (because === null ? [gatewayId] : []));
        if (offer !== undefined) expect(open).toContain(offer.gatewayId);
        if (answer.kind === 'waits') expect(open).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].toSorted()).toEqual(['refused', 'starts', 'waits']);
  });
});

function withLast(world: QueueSnapshot, run: Parameters<typeof fairClassOf>[0]): QueueSnapshot {
  const key = fairKeyOf(run);
  const last: QueuedRun = {
    id: 'the new one' as QueuedRun['id'],
    requestNumber: 1_000,
    priority: run.facts.priority,
    topRank: null,
    requestedAtMs: NOW_MS,
  };
  const heads = [...(world.classes.find((one) => one.key === key)?.heads ?? []), last];
  const grown = { ...fairClassOf(run), count: heads.length, heads };
  return { ...world, classes: [...world.classes.filter((one) => one.key !== key), grown] };
}
