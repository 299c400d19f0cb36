import { mayDo, seesEverything } from '@deskhand/domain/account/permissions.ts';
import { type PlanChanges, withChanges } from '@deskhand/domain/capacity-planner/changes.ts';
import { describedLoad } from '@deskhand/domain/capacity-planner/described-load.ts';
import { type Figures, figuresOf } from '@deskhand/domain/capacity-planner/figures.ts';
import { type Enough, findEnough } from '@deskhand/domain/capacity-planner/find-enough.ts';
import { historyOf } from '@deskhand/domain/capacity-planner/history.ts';
import {
  aboutHistory,
  assumptions,
  enoughInWords,
  fairnessInWords,
} from '@deskhand/domain/capacity-planner/in-words.ts';
import {
  clusterToPlan,
  type Load,
  PLANNED_RUNS_MAX,
  type Planned,
  tooLarge,
} from '@deskhand/domain/capacity-planner/load.ts';
import { type InSteps, playLoad } from '@deskhand/domain/capacity-planner/play-load.ts';
import { problemOf } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { capacityRoutes, CapacityFigures, CapacityPlan } from '@deskhand/protocol/http/capacity.ts';
import type { BodyOf } from '@deskhand/protocol/http/route.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { RunHistoryStore } from '../../ports/run-history.ts';
import type { QueueReading, RunQueueStore } from '../../ports/run-queue.ts';
import type { Computing } from './computing.ts';

export interface CapacityPorts {
  readonly queue: Pick<RunQueueStore, 'read' | 'ownerOf'>;
  readonly history: RunHistoryStore;
  readonly computing: Computing;
}

export type PlanRequest = BodyOf<typeof capacityRoutes.planCapacity>;

const DAY_MS = 24 * 60 * 60_000;
const HISTORY_DEFAULT_MS = 14 * DAY_MS;

/** A load with where it comes from and what is to be said of it. */
interface Asked extends Pick<CapacityPlan, 'source' | 'from' | 'to' | 'isShort' | 'real'> {
  readonly load: Load;
  readonly notes: readonly string[];
}

/** Plays a load through a cluster as it is and as it might be. Nothing is kept, planned or told. */
export async function planCapacity(
  ports: CapacityPorts,
  caller: Caller,
  clusterId: string,
  request: PlanRequest,
): Promise<Outcome<CapacityPlan>> {
  const [reading, ownerId] = await Promise.all([ports.queue.read(clusterId), ports.queue.ownerOf(clusterId)]);
  if (reading === undefined) return refuse('not-found', { what: 'gateway cluster' });
  if (!(mayDo(caller.roles, 'queue.order') && (seesEverything(caller.roles) || caller.id === ownerId)))
    return refuse('not-allowed', { detail: 'capacity is planned by admins, operators and the owner of the cluster.' });
  const problem = request.changes?.fairness ? problemOf(request.changes.fairness) : null;
  if (problem !== null) return refuse('invalid-request', { detail: problem });
  const asked = await loadAskedFor(ports, clusterId, request, reading.nowMs);
  if (!asked.ok) return asked;
  const { load, notes, ...about } = asked.value;
  const planned = { load, cluster: clusterToPlan(reading.snapshot, reading.addOns) };
  if (planned.cluster.members.length === 0) return refuse('plan-without-machines', { cluster: reading.clusterName });
  const changes = changesOf(request);
  const changed = changes === null ? planned : withChanges(planned, changes);
  const because = tooLarge(planned) ?? tooLarge(changed);
  if (because !== null) return refuse('plan-too-large', { detail: because });
  const computed = await ports.computing.of(caller.id, () => steps(planned, changed, request.enough === true));
  if (!computed.ok) return computed;
  const { before, after, enough } = computed.value;
  return done({
    cluster: { id: clusterId, name: reading.clusterName },
    ...about,
    before: figuresToWire(before),
    after: after && figuresToWire(after),
    enough: enough && enoughToWire(enough),
    notes: [...notes, ...assumptions(planned, leftOut(reading, planned)), ...fairnessInWords(planned, changed)],
  });
}

interface Computed {
  readonly before: Figures;
  readonly after: Figures | null;
  readonly enough: Enough | null;
}

function* steps(planned: Planned, changed: Planned, isEnoughAsked: boolean): InSteps<Computed> {
  const before = figuresOf(planned, yield* playLoad(planned));
  const after = changed === planned ? null : figuresOf(changed, yield* playLoad(changed));
  return { before, after, enough: isEnoughAsked ? yield* findEnough(changed) : null };
}

async function loadAskedFor(
  { history }: CapacityPorts,
  clusterId: string,
  request: PlanRequest,
  nowMs: number,
): Promise<Outcome<Asked>> {
  const given = givenLoad(request);
  if (given !== null) return given;
  const toMs = request.to === undefined ? nowMs : Math.min(nowMs, Date.parse(request.to));
  const fromMs = request.from === undefined ? toMs - HISTORY_DEFAULT_MS : Date.parse(request.from);
  if (fromMs >= toMs) return refuse('invalid-request', { detail: 'the history must begin before it ends' });
  const past = await history.past({ clusterId, fromMs, toMs, limit: PLANNED_RUNS_MAX + 1 });
  const seen = historyOf(past, { fromMs, toMs, nowMs });
  const { load, real, isShort } = seen;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return done({
    ...{ load, real, isShort, source: 'history' },
    ...{ from: iso(load.fromMs), to: iso(load.toMs), notes: aboutHistory(seen) },
  });
}

const ofNoTime = { from: null, to: null, isShort: false, real: null, notes: [] } as const;

/** A load that comes with the request instead of the history; null where none does. */
function givenLoad({ load, runs, from, to }: PlanRequest): Outcome<Asked> | null {
  if (load === undefined && runs === undefined) return null;
  if ((load !== undefined && runs !== undefined) || from !== undefined || to !== undefined)
    return refuse('invalid-request', { detail: 'give one load: a span of the history, a description, or runs' });
  if (runs !== undefined) return done({ ...ofNoTime, source: 'listed', load: listedLoad(runs) });
  const { accounts = 1, flows = accounts, ...described } = load ?? { perHour: 0, durationMs: 1, startDeadlineMs: 1 };
  const answer = describedLoad({ fromHour: 0, toHour: 24, days: 5, ...described, accounts, flows });
  if (answer.ok) return done({ ...ofNoTime, source: 'described', load: answer.load });
  return answer.because === 'no-runs'
    ? refuse('invalid-request', { detail: 'the load has no run; its hours must end after they begin' })
    : refuse('plan-too-large', { detail: `the description comes to more than ${String(PLANNED_RUNS_MAX / 2)} runs` });
}

function listedLoad(runs: NonNullable<PlanRequest['runs']>): Load {
  const arriving = runs
    .map(({ atMs, durationMs, startDeadlineMs, account, flow, user, priority = 'normal' }) => ({
      ...{ atMs, durationMs, startDeadlineMs, user: account, flow, priority },
      ...(user === undefined ? {} : { submittedById: user }),
      ...{ topRank: null, cancelledAfterMs: null },
    }))
    .sort((a, b) => a.atMs - b.atMs);
  const lastMs = arriving.at(-1)?.atMs ?? 0;
  return { fromMs: 0, toMs: (Math.floor(lastMs / DAY_MS) + 1) * DAY_MS, runs: arriving, attended: [] };
}

function changesOf({ changes }: PlanRequest): PlanChanges | null {
  return changes === undefined || Object.keys(changes).length === 0 ? null : changes;
}

const leftOut = ({ snapshot, addOns }: QueueReading, { cluster }: Planned) => ({
  members: snapshot.members.length - cluster.members.length,
  addOns: addOns !== null,
});

function figuresToWire({ missedBecause, buckets, ...figures }: Figures): CapacityFigures {
  return { ...figures, missedBecause: [...missedBecause], buckets: buckets.map((bucket) => ({ ...bucket })) };
}

function enoughToWire(enough: Enough): NonNullable<CapacityPlan['enough']> {
  const says = [...enoughInWords(enough)];
  if (enough.kind === 'not-enough')
    return { isPossible: false, furtherMembers: null, switchOn: false, addOns: null, says };
  const { furtherMembers, switchOn, addOns } = enough;
  return { isPossible: true, furtherMembers, switchOn, addOns, says };
}
