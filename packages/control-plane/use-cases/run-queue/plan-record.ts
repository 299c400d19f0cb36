import type { RunId } from '@deskhand/domain/brand.ts';
import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import type { MemberAnswer, Plan, QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';
import { sameReasons, waitText } from '@deskhand/domain/run-queue/wait-text.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import type { DecisionBatch, DecisionStore } from '../../ports/decisions.ts';
import { encodeDecisions } from './decision-batch.ts';

/** Nobody who starts a run waits for what is kept of it; what a server that is killed made in this time is not kept. */
export const RECORD_EVERY_MS = 1_000;
/** After a batch that the store did not take, whether or not anything is decided meanwhile. */
export const RECORD_AGAIN_MS = 5_000;
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
/** What is written in one row. It stays as it is until the store has taken it, so that the store knows it again. */
interface Batch {
  readonly clusterId: string;
  readonly decisions: readonly Decision[];
}
type Reasons = ReadonlyMap<RunId, readonly MemberAnswer[]>;

export function createPlanRecord(ports: PlanRecordPorts): PlanRecord {
  /** Batches that the store did not take, the oldest first, and what was decided since. */
  let left: Batch[] = [];
  let held: Held[] = [];
  let entries = 0;
  const notes = new Map<RunId, readonly MemberAnswer[]>();
  const told = new Map<string, Reasons>();
  let callOff: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isStoreAway = false;
  let isClosed = false;

  const writeDecisions = async (): Promise<void> => {
    const batches = [...left, ...batchesOf(held)];
    [left, held, entries] = [[], [], 0];
    for (const [index, batch] of batches.entries()) {
      try {
        await ports.decisions.keep(storedBatch(batch, ports.program));
      } catch (error) {
        // What was taken is not written again; what may have been, because only its answer is missing, is known again.
        left = batches.slice(index);
        entries += left.reduce((sum, one) => sum + entriesOfAll(one.decisions), 0);
        throw error;
      }
    }
  };
  const write = async (): Promise<void> => {
    const waits = [...notes];
    notes.clear();
    try {
      await writeDecisions();
      isStoreAway = false;
    } catch (error) {
      isStoreAway = true;
      ports.onRecordFault(error);
      if (!isClosed) flushIn(RECORD_AGAIN_MS);
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
  const flushIn = (delayMs: number): void => {
    callOff ??= ports.timers.after(delayMs, () => void flush());
  };
  const giveUpOldest = (): void => {
    const batch = left.shift();
    entries -= batch === undefined ? entriesOf(held.shift()?.decision) : entriesOfAll(batch.decisions);
  };
  return {
    decided: (clusterId, decision) => {
      held.push({ clusterId, decision });
      entries += entriesOf(decision);
      while (entries > ENTRIES_KEPT_MAX) giveUpOldest();
      if (entries > ENTRIES_HELD_MAX && !isStoreAway) void flush();
      else flushIn(RECORD_EVERY_MS);
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
      if (notes.size > 0) flushIn(RECORD_EVERY_MS);
    },
    flush,
    close: () => {
      isClosed = true;
      return flush();
    },
  };
}

/** Each queue for itself, in the order of the decisions. */
function batchesOf(held: readonly Held[]): readonly Batch[] {
  return [...Map.groupBy(held, (one) => one.clusterId)].flatMap(([clusterId, ofCluster]) => {
    const made = ofCluster.map(({ decision }) => decision).sort((a, b) => a.atMs - b.atMs);
    const count = Math.ceil(made.length / DECISIONS_PER_BATCH_MAX);
    return Array.from({ length: count }, (_, index) => ({
      clusterId,
      decisions: made.slice(index * DECISIONS_PER_BATCH_MAX, (index + 1) * DECISIONS_PER_BATCH_MAX),
    }));
  });
}

function storedBatch({ clusterId, decisions }: Batch, program: string): DecisionBatch {
  const [firstAtMs, lastAtMs] = [decisions[0]?.atMs ?? 0, decisions.at(-1)?.atMs ?? 0];
  return { clusterId, firstAtMs, lastAtMs, decisions: decisions.length, program, body: encodeDecisions(decisions) };
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

const entriesOfAll = (decisions: readonly Decision[]): number =>
  decisions.reduce((sum, decision) => sum + entriesOf(decision), 0);

function entriesOf(decision: Decision | undefined): number {
  if (decision === undefined) return 0;
  const { members, classes, inHand } = decision.snapshot;
  return 1 + members.length + classes.length + inHand.length;
}
