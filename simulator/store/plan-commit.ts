import type { CommittedOffer, PlanCommit, PlanToCommit } from '@deskhand/control-plane/ports/run-queue.ts';
import type { SimulatedDatabase } from './database.ts';
import type { RunRow } from './rows.ts';
import { stored } from './stored-values.ts';

/** The pool as rows: a slot has one holder, whichever clusters plan at the same moment. */
export function makeSlots(database: SimulatedDatabase, count: number): void {
  for (let number = 1; number <= count; number += 1)
    if (database.addOnSlots.get(number) === undefined) database.addOnSlots.set(number, { number, runId: null });
}

/** Deals the slots out anew: each run in hand has one, and no plan is committed that counted the old pool. */
export function resizeSlots(database: SimulatedDatabase, count: number | null): void {
  for (const { id } of [...database.clusters.values()]) database.bump(id);
  for (const { number } of [...database.addOnSlots.values()]) database.addOnSlots.delete(number);
  if (count === null) return;
  const held = [...database.runs.inHand()].filter((run) => run.mode === 'unattended');
  for (const [index, run] of held.sort((a, b) => a.requestNumber - b.requestNumber).entries())
    database.addOnSlots.set(index + 1, { number: index + 1, runId: run.id });
  makeSlots(database, count);
}

/** All or nothing against the version; a run that is no longer as it was planned with is left out. */
export function commitPlan(database: SimulatedDatabase, plan: PlanToCommit): PlanCommit {
  const cluster = database.clusters.get(plan.clusterId);
  if (cluster?.queueVersion !== plan.version) return { ok: false, because: 'changed-meanwhile' };
  database.bump(plan.clusterId);
  const takeSlot = slotTaker(database, plan);
  const offered = plan.offers.flatMap((offer) => offerOf(database, plan, offer, takeSlot));
  const refused = plan.refusals.flatMap(({ runId, attempt, error }) => {
    const run = waitingAs(database, plan, runId, attempt);
    if (run === undefined) return [];
    const kept = stored(error);
    database.runs.set({ ...run, state: 'failed', error: kept, endedAtMs: database.nowMs() });
    database.addEvent(runId, { attempt, event: 'refuse', detail: kept.message, actor: 'Deskhand' });
    return [runId];
  });
  return { ok: true, offered, refused };
}

function waitingAs(
  database: SimulatedDatabase,
  plan: PlanToCommit,
  runId: string,
  attempt: number,
): RunRow | undefined {
  const run = database.runs.get(runId);
  const isAsPlanned = run?.state === 'queued' && run.attempt === attempt && run.clusterId === plan.clusterId;
  return isAsPlanned ? run : undefined;
}

/** Each unattended offer of the plan has its place in the row of free slots, whether or not it can still be made. */
function slotTaker(database: SimulatedDatabase, { addOns, offers }: PlanToCommit): (run: RunRow) => number | undefined {
  if (addOns === null) return () => 0;
  const slots = [...database.addOnSlots.values()];
  // A run may hold a slot beyond a pool that was made smaller: for each of those, one that is free stays so.
  const left = Math.max(0, addOns - slots.filter(({ runId }) => runId !== null).length);
  const free = slots
    .filter((slot) => slot.runId === null && slot.number <= addOns)
    .map((slot) => slot.number)
    .sort((a, b) => a - b)
    .slice(0, Math.min(left, offers.length));
  let place = 0;
  return () => {
    place += 1;
    return free[place - 1];
  };
}

function offerOf(
  database: SimulatedDatabase,
  plan: PlanToCommit,
  { runId, gatewayId, attempt }: PlanToCommit['offers'][number],
  takeSlot: (run: RunRow) => number | undefined,
): readonly CommittedOffer[] {
  const known = database.runs.get(runId);
  if (known === undefined) return [];
  const needsSlot = known.mode === 'unattended' && plan.addOns !== null;
  const slot = needsSlot ? takeSlot(known) : 0;
  const run = waitingAs(database, plan, runId, attempt);
  if (run === undefined || slot === undefined) return [];
  const offered: RunRow = { ...run, ...freshAttempt, attempt: attempt + 1, gatewayId, offeredAtMs: database.nowMs() };
  database.runs.set(offered);
  if (needsSlot) database.addOnSlots.set(slot, { number: slot, runId });
  const name = database.gateways.get(gatewayId)?.name ?? '';
  const event = { attempt: offered.attempt, event: 'offer', detail: `Offered to ${name}`, actor: 'Deskhand' };
  database.addEvent(runId, event);
  const accountName = database.connections.get(run.connectionId)?.accountName ?? '';
  return [{ runId: run.id, attempt: offered.attempt, gatewayId, mode: run.mode, accountName }];
}

const freshAttempt = {
  state: 'offered',
  journalId: null,
  acquiredAtMs: null,
  signingInAtMs: null,
  downloadingAtMs: null,
  phase: null,
  logSeq: 0,
  logLinesLost: 0,
  logLinesUnnumbered: 0,
  lastActionAtMs: null,
} as const;
