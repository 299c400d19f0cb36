import type { GatewayId, RunId } from '../brand.ts';
import { reason } from '../placement/reasons.ts';
import { explain } from './explain.ts';
import { planAndWatch, planAssignments } from './plan-assignments.ts';
import { answerOf, type Budget, type ClassInPlan, classInPlan, placesOf } from './places.ts';
import { byQueueOrder } from './queue-order.ts';
import type { QueuedRun, QueueSnapshot, RunClass, RunInHand, WaitReason } from './snapshot.ts';

/** A run that nobody has submitted, as much of it as a plan needs. */
export interface DryRun extends Pick<RunClass, 'key' | 'user' | 'mode' | 'whenSessionBlocked' | 'fair' | 'declineKey'> {
  readonly priority: QueuedRun['priority'];
}

/** What one member says to it; null where it could start now. */
export interface DryMember {
  readonly gatewayId: GatewayId;
  readonly name: string;
  readonly because: WaitReason | null;
}

export type DryRunAnswer = { readonly members: readonly DryMember[] } & (
  | { readonly kind: 'starts' }
  | { readonly kind: 'waits'; readonly because: WaitReason }
  | { readonly kind: 'refused'; readonly because: WaitReason }
);

/**
 * What would become of a run that is submitted now (N3): the runs before it are planned first, and it is asked about with
 * what they leave. It comes last of its priority, as a submitted run does.
 */
export function dryRun(snapshot: QueueSnapshot, run: DryRun, nowMs: number): DryRunAnswer {
  if (snapshot.fairness !== undefined) return fairDryRun(snapshot, run, nowMs);
  const ahead = aheadOf(snapshot, run);
  const plan = planAssignments(ahead, nowMs, () => 0);
  const offered = plan.offers.map(({ runId, gatewayId, classKey }) =>
    inHandOf(
      runId,
      gatewayId,
      snapshot.classes.find(({ key }) => key === classKey),
    ),
  );
  const left: QueueSnapshot = {
    ...snapshot,
    inHand: [...snapshot.inHand, ...offered],
    addOnsFree: addOnsLeft(snapshot, offered),
    classes: [classOf(run)],
  };
  const members = answersOf(left, nowMs);
  const answer = explain(left, run.key, nowMs);
  if (answer.kind === 'refused') return { kind: 'refused', because: answer.because, members };
  if (answer.kind === 'waits') return { kind: 'waits', because: answer.foremost, members };
  // More runs of its class wait than one plan looks at: they have their turn first.
  const isBehind = plan.waiting.some(({ classKey }) => classKey === run.key);
  return isBehind ? { kind: 'waits', because: behindOthers, members } : { kind: 'starts', members };
}

/** Who has its turn before it depends on what the others get, so it is planned among them and watched. */
function fairDryRun(snapshot: QueueSnapshot, run: DryRun, nowMs: number): DryRunAnswer {
  const queued = { ...queuedLast(run.priority), requestedAtMs: nowMs };
  const known = snapshot.classes.find(({ key }) => key === run.key);
  const before = known?.heads ?? [];
  const isBeyond = known !== undefined && known.count > before.length;
  const grown = { ...classOf(run), count: before.length + 1, heads: [...before, queued] };
  const classes = [...snapshot.classes.filter((one) => one !== known), isBeyond ? known : grown];
  let members: readonly DryMember[] | undefined;
  const plan = planAndWatch({ snapshot: { ...snapshot, classes }, nowMs, random: () => 0 }, (at, of, budget) => {
    if (at === queued) members = saidAtTurn(of, budget);
  });
  if (plan.offers.some(({ runId }) => runId === queued.id)) return { kind: 'starts', members: members ?? [] };
  const refusal = plan.refusals.find(({ runId }) => runId === queued.id);
  if (refusal !== undefined) return { kind: 'refused', because: refusal.because, members: members ?? [] };
  const waiting = plan.waiting.find(({ classKey }) => classKey === run.key);
  return { kind: 'waits', because: waiting?.foremost ?? behindOthers, members: waiting?.because ?? [] };
}

function saidAtTurn(of: ClassInPlan, budget: Budget): readonly DryMember[] {
  return of.standing.map((answer) => {
    const verdict = answerOf(answer, of, budget);
    const { gatewayId, name } = answer.member;
    return { gatewayId, name, because: verdict.ok ? null : verdict.because };
  });
}

/** The waiting runs that would be looked at before it. */
function aheadOf(snapshot: QueueSnapshot, run: DryRun): QueueSnapshot {
  const classes = snapshot.classes.map((runClass) => {
    const heads = runClass.heads.filter((head) => byQueueOrder(head, queuedLast(run.priority)) < 0);
    return { ...runClass, heads, count: heads.length < runClass.heads.length ? heads.length : runClass.count };
  });
  return { ...snapshot, classes: classes.filter(({ count }) => count > 0) };
}

const queuedLast = (priority: QueuedRun['priority']): QueuedRun => ({
  id: 'a dry run' as RunId,
  requestNumber: Number.MAX_SAFE_INTEGER,
  priority,
  topRank: null,
});

function classOf({ priority, ...runClass }: DryRun): RunClass {
  return { ...runClass, count: 1, heads: [queuedLast(priority)] };
}

function inHandOf(id: RunId, gatewayId: GatewayId, runClass: RunClass | undefined): RunInHand {
  return { id, gatewayId, user: runClass?.user ?? '', mode: runClass?.mode ?? 'unattended' };
}

function addOnsLeft({ addOnsFree }: QueueSnapshot, offered: readonly RunInHand[]): number | null {
  return addOnsFree === null ? null : addOnsFree - offered.filter(({ mode }) => mode === 'unattended').length;
}

function answersOf(snapshot: QueueSnapshot, nowMs: number): readonly DryMember[] {
  const places = placesOf(snapshot);
  const budget = { addOnsFree: snapshot.addOnsFree, fair: null };
  return snapshot.classes.flatMap((runClass) => saidAtTurn(classInPlan(runClass, places, nowMs), budget));
}

const behindOthers = reason(
  'behind-earlier-run',
  'Earlier runs of the same account wait before it.',
  'They have their turn first; an admin or the owner of the cluster can move a run to the top.',
);
