import type { RunInHand } from '@deskhand/domain/run-queue/snapshot.ts';
import type { QueueReading } from '../../ports/run-queue.ts';

/**
 * What a run queue was when this server last read or changed it and nothing was left waiting. A plan may be made from it,
 * because it commits only against the version kept here, which rises with all that takes a slot or changes a member. Runs
 * that are over only free slots, so one that is heard of late makes a run wait for a fresh reading, and never start wrongly.
 */
export interface QueueMemory {
  /** Lent to one at a time: two plans of the same version could not both be committed. */
  borrow(clusterId: string): LentReading | undefined;
  /** After a plan that left nothing waiting; `offered` is what it committed, and `version` what the queue has now. */
  keep(clusterId: string, reading: QueueReading, version: number, offered: readonly RunInHand[]): void;
  runEnded(clusterId: string, runId: string): void;
  forget(clusterId: string): void;
  forgetAll(): void;
}

export interface LentReading {
  readonly reading: QueueReading;
  giveBack(): void;
  /** Given back after an offer was committed by it. */
  giveBackWith(offered: RunInHand): void;
}

interface Kept {
  readonly reading: QueueReading;
  readonly inHand: Map<string, RunInHand>;
  version: number;
  isLent: boolean;
}

const QUEUES_KEPT_MAX = 1_000;

export function createQueueMemory(): QueueMemory {
  const queues = new Map<string, Kept>();
  const keep = (clusterId: string, kept: Kept): void => {
    if (queues.size >= QUEUES_KEPT_MAX) queues.clear();
    queues.set(clusterId, kept);
  };
  return {
    borrow: (clusterId) => {
      const kept = queues.get(clusterId);
      if (kept === undefined || kept.isLent) return undefined;
      kept.isLent = true;
      return lend(kept);
    },
    keep: (clusterId, reading, version, offered) => {
      if (version < (queues.get(clusterId)?.version ?? 0)) return;
      if (!isLasting(reading)) return void queues.delete(clusterId);
      const inHand = new Map([...reading.snapshot.inHand, ...offered].map((run) => [run.id, run]));
      keep(clusterId, { reading, inHand, version, isLent: false });
    },
    runEnded: (clusterId, runId) => void queues.get(clusterId)?.inHand.delete(runId),
    forget: (clusterId) => void queues.delete(clusterId),
    forgetAll: () => queues.clear(),
  };
}

function lend(kept: Kept): LentReading {
  const { reading, version } = kept;
  const snapshot = { ...reading.snapshot, version, classes: [], inHand: [...kept.inHand.values()] };
  return {
    reading: { ...reading, snapshot, attempts: new Map() },
    giveBack: () => {
      kept.isLent = false;
    },
    giveBackWith: (offered) => {
      kept.version = version + 1;
      kept.inHand.set(offered.id, offered);
      kept.isLent = false;
    },
  };
}

/**
 * A decline ends by the clock, the add-on pool is shared with other clusters, and fairness counts who is at work: plans with
 * any of them read afresh.
 */
function isLasting({ addOns, snapshot }: QueueReading): boolean {
  if (snapshot.fairness !== undefined) return false;
  return addOns === null && snapshot.members.every((member) => member.declines.length === 0);
}
