import type { RunId } from '../brand.ts';
import { takesSlot } from '../capacity/holdings.ts';
import { policyOf } from '../capacity/session-limit.ts';
import { drawSeeded } from '../prediction/draw-seeded.ts';
import { createSoonestFirst, type SoonestFirst } from '../prediction/soonest-first.ts';
import { createQueueInPlay, type QueueInPlay, type RunInPlay } from '../run-queue/queue-in-play.ts';
import type { Random } from '../run-queue/plan-assignments.ts';
import type { WaitCode } from '../run-queue/snapshot.ts';
import { type ClassOfRun, fairLoadOf } from './fair-load.ts';
import type { ArrivingRun, AttendedSpan, Load, Planned } from './load.ts';
import { createUsage, type Usage, type UsageMeter } from './usage.ts';

/** What became of a run of the load. */
export type Fate =
  | { readonly what: 'started'; readonly afterMs: number }
  /** Its start deadline passed; why it waited in that moment. */
  | { readonly what: 'missed'; readonly because: WaitCode }
  | { readonly what: 'refused'; readonly because: WaitCode }
  | { readonly what: 'cancelled' };

export interface Played {
  /** One for each run of the load. */
  readonly fates: readonly Fate[];
  readonly usage: Usage;
}

/** A plan in small steps: whoever takes them does other work in between, and may stop. */
export type InSteps<Answer> = Generator<undefined, Answer, undefined>;

/** The choice among members is drawn; the same question has the same answer again. */
const SEED = 1;

interface PlannedRun extends RunInPlay {
  /** Its index in the load; attended ones have none. */
  readonly index: number;
  readonly holdsSlot: boolean;
}

/** Moments ahead are numbers: the ends of runs, then the ends of waits, then the beginnings and ends of attended runs. */
interface Play {
  readonly load: Load;
  readonly queue: QueueInPlay<PlannedRun>;
  readonly runs: readonly PlannedRun[];
  readonly attended: readonly PlannedRun[];
  readonly ahead: SoonestFirst;
  readonly fates: (Fate | undefined)[];
  readonly meter: UsageMeter;
  readonly random: Random;
  slotsHeld: number;
}

/**
 * Plays a load through a cluster with the planner that decides in earnest. The cluster is empty when it begins; it ends
 * when the last run has. Nobody moves or cancels anything that the load does not say.
 */
export function* playLoad({ cluster, load }: Planned): InSteps<Played> {
  const queue = createQueueInPlay<PlannedRun>(cluster);
  const attended = load.attended.filter((span) => cluster.members.some((one) => one.gatewayId === span.gatewayId));
  const fair = fairLoadOf(load, cluster.fairness);
  const play: Play = {
    load: { ...load, attended },
    queue,
    runs: load.runs.map((run, index) => arriving(run, index, fair.ofArriving(run))),
    attended: attended.map((span, index) => attendedRun(span, index, cluster, fair.ofAttended(span))),
    ahead: createSoonestFirst(2 * (load.runs.length + attended.length)),
    fates: new Array<Fate | undefined>(load.runs.length),
    meter: createUsage(load.fromMs, load.toMs),
    random: drawSeeded(SEED),
    slotsHeld: 0,
  };
  for (const [index, span] of attended.entries()) {
    play.ahead.put(2 * load.runs.length + index, span.fromMs);
    play.ahead.put(2 * load.runs.length + attended.length + index, Math.max(span.fromMs, span.toMs));
  }
  let next = 0;
  for (;;) {
    const atMs = Math.min(play.ahead.soonestMs(), load.runs[next]?.atMs ?? Number.POSITIVE_INFINITY);
    if (atMs === Number.POSITIVE_INFINITY) break;
    play.meter.passTo(atMs, { slots: play.slotsHeld, addOns: queue.addOnsHeld() });
    while (play.ahead.soonestMs() === atMs) happen(play, play.ahead.take() ?? 0, atMs);
    for (; load.runs[next]?.atMs === atMs; next += 1) arrive(play, next);
    startWhatCan(play, atMs);
    yield;
  }
  return { fates: play.fates.map((fate) => fate ?? { what: 'cancelled' }), usage: play.meter.read() };
}

function arriving(
  { user, priority, topRank, atMs }: Pick<ArrivingRun, 'user' | 'priority' | 'topRank' | 'atMs'>,
  index: number,
  ofClass: ClassOfRun,
): PlannedRun {
  return {
    id: `run ${String(index)}` as RunId,
    requestNumber: index,
    requestedAtMs: atMs,
    index,
    priority,
    topRank,
    user,
    mode: 'unattended',
    whenSessionBlocked: 'fail',
    ...ofClass,
    holdsSlot: true,
  };
}

function attendedRun(
  span: AttendedSpan,
  index: number,
  { members }: Planned['cluster'],
  ofClass: ClassOfRun,
): PlannedRun {
  const member = members.find(({ gatewayId }) => gatewayId === span.gatewayId);
  const facts = member?.facts ?? null;
  const run = arriving({ ...span, topRank: null, atMs: span.fromMs }, index, ofClass);
  const holdsSlot = member !== undefined && facts !== null && takesSlot(policyOf(member, facts), 'attended');
  return { ...run, id: `attended ${String(index)}` as RunId, mode: 'attended', holdsSlot };
}

function arrive(play: Play, index: number): void {
  const run = play.runs[index];
  const { atMs, startDeadlineMs, cancelledAfterMs } = play.load.runs[index] ?? {};
  if (run === undefined || atMs === undefined || startDeadlineMs === undefined) return;
  play.queue.join(run);
  const waitMaxMs = Math.min(startDeadlineMs, cancelledAfterMs ?? Number.POSITIVE_INFINITY);
  play.ahead.put(play.runs.length + index, atMs + Math.max(1, waitMaxMs));
}

function happen(play: Play, part: number, nowMs: number): void {
  const { runs, attended } = play;
  if (part < runs.length) return leaveMachine(play, runs[part]);
  if (part < 2 * runs.length) return waitNoLonger(play, part - runs.length, nowMs);
  const index = part - 2 * runs.length;
  if (index >= attended.length) return leaveMachine(play, attended[index - attended.length]);
  const run = attended[index];
  const span = play.load.attended[index];
  if (run === undefined || span === undefined) return;
  play.queue.hold(run, span.gatewayId);
  if (run.holdsSlot) play.slotsHeld += 1;
}

function leaveMachine(play: Play, run: PlannedRun | undefined): void {
  if (run === undefined) return;
  play.queue.leave(run);
  if (run.holdsSlot) play.slotsHeld -= 1;
}

/** Its start deadline, or the moment at which a person cancelled it. */
function waitNoLonger(play: Play, index: number, nowMs: number): void {
  const run = play.runs[index];
  const { startDeadlineMs = 0, cancelledAfterMs = null } = play.load.runs[index] ?? {};
  if (run === undefined || play.fates[index] !== undefined) return;
  const isCancelled = cancelledAfterMs !== null && cancelledAfterMs < startDeadlineMs;
  const because = play.queue.reasonOf(run, nowMs)?.code ?? 'behind-earlier-run';
  play.queue.leave(run);
  play.fates[index] = isCancelled ? { what: 'cancelled' } : { what: 'missed', because };
}

function startWhatCan(play: Play, nowMs: number): void {
  const { started, refused } = play.queue.startWhatCan(nowMs, play.random);
  for (const { run } of started) {
    const { atMs = nowMs, durationMs = 0 } = play.load.runs[run.index] ?? {};
    play.fates[run.index] = { what: 'started', afterMs: nowMs - atMs };
    play.slotsHeld += 1;
    play.ahead.put(run.index, nowMs + Math.max(1, durationMs));
  }
  for (const { run, because } of refused) play.fates[run.index] = { what: 'refused', because: because.code };
}
