import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import { type Replayed, type RunAsked, whyBefore as replayed } from '@deskhand/domain/run-queue/why-before.ts';
import { whyText } from '@deskhand/domain/run-queue/why-text.ts';
import type { KeptDecision, WhyBefore } from '@deskhand/protocol/http/replay.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { classKeyIn } from '../../ports/class-key.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { RunRecord } from '../../ports/runs.ts';
import { findRun, type RunPorts } from '../runs/run-ports.ts';
import { decodeDecisions } from './decision-batch.ts';

/** A decision is made before its offer is committed, and no commit of a plan takes longer. */
const COMMIT_MAX_MS = 60_000;
/** Clocks of reading and commit are the database's; so much for its rounding. */
const ROUNDING_MS = 1_000;
/** Batches that are looked through for one decision, the nearest first. */
const BATCHES_READ_MAX = 16;

/**
 * Why a run was offered before another, read from the decision that offered it, which is made again from its snapshot.
 * Whoever may see both runs may ask; the answer names no run but these two.
 */
export async function whyBefore(
  ports: RunPorts,
  caller: Caller,
  firstId: string,
  otherId: string,
): Promise<Outcome<WhyBefore>> {
  const [first, other] = [await findRun(ports, caller, firstId), await findRun(ports, caller, otherId)];
  if (!first.ok) return first;
  if (!other.ok) return other;
  if (firstId === otherId) return refuse('invalid-request', { detail: 'two different runs are needed' });
  const pair = { first: first.value, other: other.value };
  const known = withoutDecision(pair);
  if (known !== undefined) return done(answerOf(pair, known));
  // What this server holds of the last moment; another one writes what it holds within a second.
  await ports.record.flush();
  const found = await findDecision(ports, pair.first);
  if (wentAfter(pair) && !(found !== undefined && hasOffered(found.decision, pair.other))) {
    const [a, b] = [nameOf(pair.first), nameOf(pair.other)];
    return done(answerOf(pair, { outcome: 'went-after', message: `${b} went first: ask why ${b} went before ${a}.` }));
  }
  return done(found === undefined ? answerOf(pair, await notKept(ports, pair.first)) : answerFrom(pair, found));
}

/** The decision whole. It holds the runs of everybody in the queue, so it is for those who see them anyway. */
export async function keptDecision(ports: RunPorts, caller: Caller, id: string): Promise<Outcome<KeptDecision>> {
  const run = await findRun(ports, caller, id);
  if (!run.ok) return run;
  if (!seesEverything(caller.roles)) {
    return refuse('not-allowed', {
      detail: 'a whole decision holds the runs of others; it is for admins and operators.',
    });
  }
  await ports.record.flush();
  const found = run.value.offeredAt === null ? undefined : await findDecision(ports, run.value);
  return found === undefined ? refuse('not-found', { what: 'planning decision' }) : done(found);
}

interface Pair {
  readonly first: RunRecord;
  readonly other: RunRecord;
}
type Known = Pick<WhyBefore, 'outcome' | 'message'>;

/** What the runs themselves tell. */
function withoutDecision({ first, other }: Pair): Known | undefined {
  const [a, b] = [nameOf(first), nameOf(other)];
  if (first.cluster.id !== other.cluster.id) {
    const message = `${a} waited in the run queue of ${first.cluster.name}, and ${b} in that of ${other.cluster.name}.`;
    return { outcome: 'other-queue', message };
  }
  if (first.offeredAt === null) return { outcome: 'not-offered', message: `${a} has not been offered to a gateway.` };
  if (other.requestedAt > first.offeredAt)
    return { outcome: 'never-together', message: `${b} was submitted after ${a} had been offered to a gateway.` };
  if (other.offeredAt === null && other.endedAt !== null && other.endedAt < first.offeredAt)
    return { outcome: 'never-together', message: `${b} was over before ${a} was offered to a gateway.` };
  return undefined;
}

/** Runs that one decision offered are offered at one moment, in no order that counts. */
const wentAfter = ({ first, other }: Pair): boolean =>
  other.offeredAt !== null && first.offeredAt !== null && other.offeredAt < first.offeredAt;

interface Found {
  readonly decision: Decision;
  readonly program: string;
}

async function findDecision({ decisions }: RunPorts, run: RunRecord): Promise<Found | undefined> {
  const offeredAtMs = run.offeredAt?.getTime() ?? 0;
  const time = { fromMs: offeredAtMs - COMMIT_MAX_MS, untilMs: offeredAtMs + ROUNDING_MS };
  for (const { body, program } of await decisions.around(run.cluster.id, time, BATCHES_READ_MAX)) {
    const decision = decodeDecisions(body).find((one) => hasOffered(one, run));
    if (decision !== undefined) return { decision, program };
  }
  return undefined;
}

function hasOffered({ outcome }: Decision, { id, attempt }: RunRecord): boolean {
  return (
    outcome.offers.some((offer) => offer.runId === id && offer.attempt === attempt) && !outcome.leftOut.includes(id)
  );
}

async function notKept({ decisions }: RunPorts, first: RunRecord): Promise<Known> {
  const days = await decisions.retentionDays();
  const because =
    days === 0
      ? 'This server is set to keep none.'
      : `They are kept for ${String(days)} days, and written a second after they were made: one that is older is gone, and so is what a server decided in the second before it was killed.`;
  return {
    outcome: 'not-kept',
    message: `The planning decision that offered ${nameOf(first)} is not there. ${because}`,
  };
}

function answerOf({ first, other }: Pair, known: Known): WhyBefore {
  return { first: named(first), other: named(other), ...known, decision: null };
}

function answerFrom(pair: Pair, { decision, program }: Found): WhyBefore {
  const { first, other } = pair;
  const { snapshot, atMs, way, outcome } = decision;
  const again = replayed(decision, asked(first, snapshot.fairness), asked(other, snapshot.fairness));
  const gatewayId = outcome.offers.find((offer) => offer.runId === first.id)?.gatewayId ?? '';
  const gateway = (id: string): string => snapshot.members.find((one) => one.gatewayId === id)?.name ?? id;
  const message = whyText(again.why, { first: nameOf(first), other: nameOf(other), gateway });
  return {
    ...answerOf(pair, { outcome: 'replayed', message }),
    decision: {
      ...{ at: new Date(atMs).toISOString(), way, queueVersion: snapshot.version, program },
      offeredTo: { id: gatewayId, name: gateway(gatewayId) },
      ...detailsOf(again.why),
      replay: { isSame: again.isSame, message: replayText(again, program, gateway) },
    },
  };
}

function detailsOf(why: Replayed['why']) {
  return {
    why: why.kind,
    by: 'by' in why ? why.by : null,
    firstPlace: 'first' in why ? why.first : null,
    otherPlace: 'other' in why ? why.other : null,
    otherWaits: 'otherWaits' in why ? why.otherWaits.map((answer) => ({ ...answer })) : [],
  };
}

function replayText({ isSame, nowTo }: Replayed, program: string, gateway: (id: string) => string): string {
  if (isSame) return 'The plan was made again from the stored snapshot, and is the same.';
  const now = nowTo === null ? 'would not start' : `would start on ${gateway(nowTo)}`;
  return `The plan was made again from the stored snapshot, and is not the same: version ${program} decided, and by the rules of this version the run ${now}. The reason above is by the rules of this version.`;
}

const asked = (run: RunRecord, fairness: Fairness | undefined): RunAsked => ({
  id: run.id,
  classKey: classKeyIn(fairness, { ...run, submittedById: run.submittedBy.id, flowId: run.flow.id }),
});

const nameOf = ({ flow, requestNumber }: Pick<RunRecord, 'flow' | 'requestNumber'>): string =>
  `${flow.name} ${String(requestNumber)}`;

const named = ({ id, requestNumber, flow }: RunRecord): WhyBefore['first'] => ({
  ...{ id, requestNumber },
  flow: { id: flow.id, name: flow.name },
});
