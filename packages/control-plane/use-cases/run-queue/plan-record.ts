import type { RunId } from '@deskhand/domain/brand.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import type { MemberAnswer, Plan, QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { sameReasons, waitText } from '@deskhand/domain/run-queue/wait-text.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { DecisionStore } from '../../ports/decisions.ts';
import { encodeDecisions } from './decision-batch.ts';

/** Nobody who starts a run waits for what is kept of it; what a server that is killed made in this time is not kept. */
export const RECORD_EVERY_MS = 1_000;
const DECISIONS_PER_BATCH_MAX = 200;
/** Entries of snapshots that are held until they are written; above it they are written at once. */
const ENTRIES_HELD_MAX = 20_000;
/** While the store does not answer, the oldest decisions are given up. */
const ENTRIES_KEPT_MAX = 2 * ENTRIES_HELD_MAX;
const NOTES_PER_WRITE_MAX = 200;
/** Queues of whose runs the last reason is remembered, so that an unchanged one is not written again. */
const CLUSTERS_REMEMBERED_MAX = 1_000;

export interface PlanRecordPorts {
  readonly decisions: DecisionStore;
  readonly changes: ChangeFeed;
  readonly timers: Timers;
  readonly program: string;
  readonly onRecordFault: (error: unknown) => void;
}

/**
 * Keeps what was decided and why runs wait, beside the way of a run: it is held for a moment and written together. A plan
 * that committed nothing moved nobody, so only committed ones are kept; what waits meanwhile is told by its events.
 */
export interface PlanRecord {
  decided(clusterId: string, decision: Decision): void;
  /** After a plan that was committed or had nothing to commit. */
  waits(clusterId: string, snapshot: QueueSnapshot, plan: Plan): void;
  /** Writes what is held, so that whoever asks now finds it. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Held {
  readonly clusterId: string;
  readonly decision: Decision;
}
type Reasons = ReadonlyMap<RunId, readonly MemberAnswer[]>;

export function createPlanRecord(ports: PlanRecordPorts): PlanRecord {
  let held: Held[] = [];
  let entries = 0;
  const notes = new Map<RunId, readonly MemberAnswer[]>();
  const told = new Map<string, Reasons>();
  let callOff: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isStoreAway = false;

  const write = async (): Promise<void> => {
    const decisions = held;
    held = [];
    entries = 0;
    const waits = [...notes];
    notes.clear();
    try {
      await keepDecisions(ports, decisions);
      isStoreAway = false;
    } catch (error) {
      isStoreAway = true;
      held = [...decisions, ...held];
      entries = held.reduce((sum, one) => sum + entriesOf(one.decision), 0);
      ports.onRecordFault(error);
    }
    try {
      await noteWaits(ports, waits);
    } catch (error) {
      // Noted again with the next plan.
      told.clear();
      ports.onRecordFault(error);
    }
  };
  const flush = (): Promise<void> => {
    callOff?.();
    callOff = undefined;
    writing = writing.then(write);
    return writing;
  };
  const soon = (): void => {
    callOff ??= ports.timers.after(RECORD_EVERY_MS, () => void flush());
  };
  return {
    decided: (clusterId, decision) => {
      held.push({ clusterId, decision });
      entries += entriesOf(decision);
      while (entries > ENTRIES_KEPT_MAX) entries -= entriesOf(held.shift()?.decision);
      if (entries > ENTRIES_HELD_MAX && !isStoreAway) void flush();
      else soon();
    },
    waits: (clusterId, snapshot, plan) => {
      const before = told.get(clusterId);
      const now = reasonsOf(snapshot, plan);
      if (told.size >= CLUSTERS_REMEMBERED_MAX) told.clear();
      if (now.size === 0) told.delete(clusterId);
      else told.set(clusterId, now);
      for (const { runId } of [...plan.offers, ...plan.refusals]) notes.delete(runId);
      for (const [runId, reasons] of now) {
        const last = before?.get(runId);
        if (last === undefined || !sameReasons(last, reasons)) notes.set(runId, reasons);
      }
      if (notes.size > 0) soon();
    },
    flush,
    close: flush,
  };
}

async function keepDecisions({ decisions, program }: PlanRecordPorts, held: readonly Held[]): Promise<void> {
  for (const [clusterId, ofCluster] of Map.groupBy(held, (one) => one.clusterId)) {
    const made = ofCluster.map(({ decision }) => decision).sort((a, b) => a.atMs - b.atMs);
    for (let from = 0; from < made.length; from += DECISIONS_PER_BATCH_MAX) {
      const batch = made.slice(from, from + DECISIONS_PER_BATCH_MAX);
      const [firstAtMs, lastAtMs] = [batch[0]?.atMs ?? 0, batch.at(-1)?.atMs ?? 0];
      const body = encodeDecisions(batch);
      await decisions.keep({ clusterId, firstAtMs, lastAtMs, decisions: batch.length, program, body });
    }
  }
}

async function noteWaits(
  { decisions, changes }: PlanRecordPorts,
  waits: readonly (readonly [RunId, readonly MemberAnswer[]])[],
): Promise<void> {
  for (let from = 0; from < waits.length; from += NOTES_PER_WRITE_MAX) {
    const some = waits.slice(from, from + NOTES_PER_WRITE_MAX);
    const noted = await decisions.noteWaits(some.map(([runId, reasons]) => ({ runId, detail: waitText(reasons) })));
    for (const runId of noted) changes.publish({ kind: 'run', runId });
  }
}

/** Of the runs that the plan looked at and left waiting. Behind earlier runs of its own account nothing refused it. */
function reasonsOf(snapshot: QueueSnapshot, plan: Plan): Reasons {
  const settled = new Set([...plan.offers, ...plan.refusals].map(({ runId }) => runId));
  const headsOf = new Map(snapshot.classes.map(({ key, heads }) => [key, heads]));
  const reasons = new Map<RunId, readonly MemberAnswer[]>();
  for (const { classKey, foremost, because } of plan.waiting) {
    if (foremost.code === 'behind-earlier-run') continue;
    for (const { id } of headsOf.get(classKey) ?? []) if (!settled.has(id)) reasons.set(id, because);
  }
  return reasons;
}

function entriesOf(decision: Decision | undefined): number {
  if (decision === undefined) return 0;
  const { members, classes, inHand } = decision.snapshot;
  return 1 + members.length + classes.length + inHand.length;
}
