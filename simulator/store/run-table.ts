import { byQueueOrder } from '@deskhand/domain/run-queue/queue-order.ts';
import { isAcquired } from '@deskhand/domain/run/transitions.ts';
import { classKeyOf } from '@deskhand/control-plane/ports/class-key.ts';
import type { RunRow } from './rows.ts';
import { SortedRows } from './sorted-rows.ts';
import { uniqueViolation } from './store-fault.ts';
import type { Undo } from './table.ts';

export type RunChange = { readonly before: RunRow | undefined; readonly after: RunRow | undefined };

export const isInHand = (run: RunRow): boolean => run.state === 'offered' || isAcquired(run.state) || run.holdsMachine;
const isWaiting = (run: RunRow): boolean => run.state === 'queued' || run.state === 'offered';
const byDeadline = (a: RunRow, b: RunRow): number =>
  a.startDeadlineAtMs - b.startDeadlineAtMs || a.requestNumber - b.requestNumber;
const byNumber = (a: RunRow, b: RunRow): number => a.requestNumber - b.requestNumber;

/** Runs with the indexes that the product's queries go by: the queue's order, deadlines, and what machines hold. */
export class RunTable {
  #rows = new Map<string, RunRow>();
  #queues = new Map<string, Map<string, SortedRows<RunRow>>>();
  #deadlines = new SortedRows<RunRow>(byDeadline);
  #numbers = new SortedRows<RunRow>(byNumber);
  #inHand = new Map<string, Map<string, RunRow>>();
  readonly #undo: Undo;
  readonly #changed: (change: RunChange) => void;

  constructor(undo: Undo, changed: (change: RunChange) => void) {
    this.#undo = undo;
    this.#changed = changed;
  }

  get(id: string): RunRow | undefined {
    return this.#rows.get(id);
  }

  /** In order of request numbers. */
  get rows(): readonly RunRow[] {
    return this.#numbers.rows;
  }

  /** Offered or queued, the earliest start deadline first. */
  get byDeadline(): readonly RunRow[] {
    return this.#deadlines.rows;
  }

  /** The waiting runs of a cluster by class, each class in queue order. */
  queueOf(clusterId: string): ReadonlyMap<string, SortedRows<RunRow>> {
    return this.#queues.get(clusterId) ?? new Map();
  }

  inHandOf(gatewayId: string): RunRow[] {
    return [...(this.#inHand.get(gatewayId)?.values() ?? [])];
  }

  *inHand(): Generator<RunRow> {
    for (const held of this.#inHand.values()) yield* held.values();
  }

  /** Adds or replaces; refuses a second run of one account on one machine, as the database's constraint does. */
  set(row: RunRow): void {
    const before = this.#rows.get(row.id);
    this.#refuseSecondOfAccount(row);
    this.#replace(row.id, before, row);
    this.#undo(() => this.#replace(row.id, row, before));
    this.#changed({ before, after: row });
  }

  delete(id: string): void {
    const before = this.#rows.get(id);
    if (before === undefined) return;
    this.#replace(id, before, undefined);
    this.#undo(() => this.#replace(id, undefined, before));
    this.#changed({ before, after: undefined });
  }

  copy(): ReadonlyMap<string, RunRow> {
    return new Map(this.#rows);
  }

  restore(rows: ReadonlyMap<string, RunRow>): void {
    this.#rows = new Map();
    this.#queues = new Map();
    this.#inHand = new Map();
    this.#deadlines = new SortedRows(byDeadline);
    this.#numbers = new SortedRows(byNumber);
    for (const row of rows.values()) this.#replace(row.id, undefined, row);
  }

  #refuseSecondOfAccount(row: RunRow): void {
    if (row.gatewayId === null || !isInHand(row)) return;
    for (const held of this.#inHand.get(row.gatewayId)?.values() ?? []) {
      if (held.id !== row.id && held.machineUser === row.machineUser) throw uniqueViolation('run_one_per_user');
    }
  }

  #replace(id: string, before: RunRow | undefined, after: RunRow | undefined): void {
    if (before !== undefined) this.#unindex(before);
    if (before !== undefined && after !== undefined) this.#numbers.replace(before, after);
    else if (before !== undefined) this.#numbers.remove(before);
    else if (after !== undefined) this.#numbers.add(after);
    if (after === undefined) {
      this.#rows.delete(id);
      return;
    }
    this.#rows.set(id, after);
    this.#index(after);
  }

  #index(row: RunRow): void {
    if (row.state === 'queued') this.#classOf(row).add(row);
    if (isWaiting(row)) this.#deadlines.add(row);
    if (row.gatewayId === null || !isInHand(row)) return;
    const held = this.#inHand.get(row.gatewayId) ?? new Map<string, RunRow>();
    this.#inHand.set(row.gatewayId, held.set(row.id, row));
  }

  #unindex(row: RunRow): void {
    if (row.state === 'queued') this.#leaveClass(row);
    if (isWaiting(row)) this.#deadlines.remove(row);
    if (row.gatewayId !== null && isInHand(row)) this.#inHand.get(row.gatewayId)?.delete(row.id);
  }

  #classOf(row: RunRow): SortedRows<RunRow> {
    const queue = this.#queues.get(row.clusterId) ?? new Map<string, SortedRows<RunRow>>();
    this.#queues.set(row.clusterId, queue);
    const key = classKeyOf(row);
    const members = queue.get(key) ?? new SortedRows<RunRow>(byQueueOrder);
    queue.set(key, members);
    return members;
  }

  #leaveClass(row: RunRow): void {
    const members = this.#classOf(row);
    members.remove(row);
    if (members.length === 0) this.#queues.get(row.clusterId)?.delete(classKeyOf(row));
  }
}
