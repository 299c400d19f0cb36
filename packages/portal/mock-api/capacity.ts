import { withChanges } from '@deskhand/domain/capacity-planner/changes.ts';
import { describedLoad } from '@deskhand/domain/capacity-planner/described-load.ts';
import { figuresOf } from '@deskhand/domain/capacity-planner/figures.ts';
import { findEnough } from '@deskhand/domain/capacity-planner/find-enough.ts';
import { assumptions, enoughInWords, fairnessInWords } from '@deskhand/domain/capacity-planner/in-words.ts';
import type { Planned } from '@deskhand/domain/capacity-planner/load.ts';
import { type InSteps, playLoad } from '@deskhand/domain/capacity-planner/play-load.ts';
import type { GatewayId } from '@deskhand/domain/brand.ts';
import { isFair } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { CapacityFigures, CapacityPlan, PlanChanges } from '@deskhand/protocol/http/capacity.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Handlers } from './handler-types.ts';
import { found, Refusal } from './refusal.ts';
import { HOUR, MINUTE, type World } from './world.ts';

const DAYS = 14;
const DAY = 24 * HOUR;

/** A past that is made up, played by the real rules. */
export function capacityHandlers(world: World): Handlers<'planCapacity' | 'getHindsight'> {
  return {
    planCapacity: ({ params, body }) => planOf(world, params.id, body.changes ?? {}, body.enough === true),
    getHindsight: ({ params }) => {
      const run = found(
        world.runs.find(({ id }) => id === params.id),
        'run',
      );
      if (run.error?.code !== 'NoCandidateMachine') return { strategy: null, isPlayed: false, says: [] };
      const says =
        'The queue of that time was played again: submitted 1 h later, it would have started at once (strategy 1, spread over time).';
      return { strategy: 'spread-over-time', isPlayed: true, says: [says] };
    },
  };
}

function planOf(world: World, clusterId: string, changes: PlanChanges, isEnoughAsked: boolean): CapacityPlan {
  const { id, name, runOnAllGateways, selection, fairness } = found(
    world.clusters.find((cluster) => cluster.id === clusterId),
    'gateway cluster',
  );
  const members = world.gateways.filter((gateway) => gateway.clusterId === clusterId && gateway.enabled).map(memberOf);
  if (members.length === 0) throw new Refusal('plan-without-machines', { cluster: name });
  const addOns = world.settings.unattendedAddOns;
  const cluster = { runOnAllGateways, selection, members, addOns, ...(isFair(fairness) && { fairness }) };
  const planned: Planned = { cluster, load: pastLoad() };
  const before = figures(planned);
  const changed = withChanges(planned, changes);
  const enough = isEnoughAsked ? whole(findEnough(changed)) : null;
  const { waits, runs, started, missed } = before;
  return {
    cluster: { id, name },
    source: 'history',
    from: new Date(planned.load.fromMs).toISOString(),
    to: new Date(planned.load.toMs).toISOString(),
    isShort: false,
    real: { runs, started, missed, waits: { ...waits, p95Ms: Math.min(waits.maxMs, Math.round(waits.p95Ms * 1.1)) } },
    before,
    after: Object.keys(changes).length === 0 ? null : figures(changed),
    enough: enough && {
      isPossible: enough.kind === 'enough',
      furtherMembers: enough.kind === 'enough' ? enough.furtherMembers : null,
      switchOn: enough.kind === 'enough' && enough.switchOn,
      addOns: enough.kind === 'enough' ? enough.addOns : null,
      says: [...enoughInWords(enough)],
    },
    notes: [...assumptions(planned, { members: 0, addOns: false }), ...fairnessInWords(planned, changed)],
  };
}

function memberOf({ id, name, order, machine }: Gateway) {
  const facts = {
    ...{ version: 1, operatingSystem: 'Debian GNU/Linux 12', reportedPolicy: 'linux' as const, sessions: [] },
    ...{
      sessionLimit: machine?.sessionLimit ?? 1,
      remoteDesktopServices: false,
      canUnattended: true,
      canAttended: true,
    },
    ...{ missing: [], ownUser: null },
  };
  const standing = { online: true, enabled: true, quarantined: false, maintenance: null, declines: [] };
  return { ...standing, gatewayId: id as GatewayId, name, order, facts, policyOverride: null, capacityOverride: null };
}

function pastLoad(): Planned['load'] {
  const asked = { perHour: 20, durationMs: 9 * MINUTE, startDeadlineMs: 40 * MINUTE, fromHour: 8, toHour: 18 };
  const described = describedLoad({ ...asked, accounts: 3, flows: 6, days: DAYS });
  if (!described.ok) throw new Error(described.because);
  const fromMs = Math.floor(Date.now() / DAY) * DAY - DAYS * DAY;
  const { load } = described;
  // Unlike a load in a few words, a history knows who submitted: here each account has one person.
  const runs = load.runs.map((run) => ({ ...run, submittedById: run.user, atMs: run.atMs + fromMs }));
  return { ...load, fromMs, toMs: load.toMs + fromMs, runs };
}

function figures(planned: Planned): CapacityFigures {
  const { missedBecause, buckets, ...rest } = figuresOf(planned, whole(playLoad(planned)));
  return { ...rest, missedBecause: [...missedBecause], buckets: [...buckets] };
}

function whole<Answer>(steps: InSteps<Answer>): Answer {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
