import type { Decision } from '@deskhand/domain/run-queue/decision.ts';
import type { QueueSnapshot } from '@deskhand/domain/run-queue/snapshot.ts';

/** Raised when what is written can no longer be read by the release before. */
const FORMAT = 1;

/** The lists of a snapshot, and what tells their entries apart. The rest is small and is stored whole when it changed. */
const lists = {
  members: (one: { readonly gatewayId: string }) => one.gatewayId,
  classes: (one: { readonly key: string }) => one.key,
  inHand: (one: { readonly id: string }) => one.id,
} as const;
type ListName = keyof typeof lists;
const listNames = Object.keys(lists) as readonly ListName[];

/** What a list became: entries that went, and those that came or changed with their place in it. */
type ListChange =
  | { readonly whole: readonly unknown[] }
  | { readonly gone: readonly string[]; readonly set: readonly (readonly [number, unknown])[] };

interface StoredDecision {
  readonly decision: Omit<Decision, 'snapshot'>;
  readonly rest?: unknown;
  readonly lists: Partial<Record<ListName, ListChange>>;
}

interface Stored {
  readonly format: number;
  readonly decisions: readonly StoredDecision[];
}

/** Decisions of one queue as JSON: the first with its whole snapshot, each further one with what was different. */
export function encodeDecisions(decisions: readonly Decision[]): string {
  const known: Record<ListName, KnownList> = { members: nothing, classes: nothing, inHand: nothing };
  let restBefore = '';
  const stored = decisions.map(({ snapshot, ...decision }): StoredDecision => {
    const changed: Partial<Record<ListName, ListChange>> = {};
    for (const name of listNames) {
      const change = changeOf(name, known[name], listOf(snapshot, name));
      known[name] = change.known;
      if (change.change !== undefined) changed[name] = change.change;
    }
    const rest = JSON.stringify(restOf(snapshot));
    const isSame = rest === restBefore;
    restBefore = rest;
    return { decision, lists: changed, ...(isSame ? {} : { rest: restOf(snapshot) }) };
  });
  return JSON.stringify({ format: FORMAT, decisions: stored } satisfies Stored);
}

export function decodeDecisions(body: string): readonly Decision[] {
  const { format, decisions } = JSON.parse(body) as Stored;
  if (format !== FORMAT) return [];
  const state: Record<ListName, readonly unknown[]> = { members: [], classes: [], inHand: [] };
  let rest: unknown = {};
  return decisions.map(({ decision, ...stored }) => {
    if (stored.rest !== undefined) rest = stored.rest;
    for (const name of listNames) {
      const change = stored.lists[name];
      if (change !== undefined) state[name] = applied(name, state[name], change);
    }
    return { ...decision, snapshot: { ...(rest as object), ...state } as unknown as QueueSnapshot };
  });
}

interface KnownList {
  /** As it was given: the same object needs no look at its entries. */
  readonly list: readonly unknown[];
  readonly byKey: ReadonlyMap<string, unknown>;
}
const nothing: KnownList = { list: [], byKey: new Map() };

function changeOf(
  name: ListName,
  before: KnownList,
  list: readonly unknown[],
): { readonly known: KnownList; readonly change?: ListChange } {
  if (list === before.list) return { known: before };
  const byKey = new Map(list.map((one) => [keyOf(name, one), one]));
  const known = { list, byKey };
  if (before === nothing || byKey.size < list.length) return { known, change: { whole: list } };
  const gone = [...before.byKey.keys()].filter((key) => !byKey.has(key));
  const set = list.flatMap((one, index) =>
    isSame(before.byKey.get(keyOf(name, one)), one) ? [] : [[index, one] as const],
  );
  // Entries that only changed places are rare, and not worth a language of their own.
  const reached = applied(name, before.list, { gone, set });
  const isReached =
    reached.length === list.length && reached.every((one, index) => keyOf(name, one) === keyOf(name, list[index]));
  if (!isReached) return { known, change: { whole: list } };
  return gone.length + set.length === 0 ? { known } : { known, change: { gone, set } };
}

/** Of plain data as a reading holds it, and much quicker than two texts of it. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => isSame(one, b[at]));
  const [mine, others] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const keys = Object.keys(mine);
  return keys.length === Object.keys(others).length && keys.every((key) => isSame(mine[key], others[key]));
}

function applied(name: ListName, before: readonly unknown[], change: ListChange): readonly unknown[] {
  if ('whole' in change) return change.whole;
  const leaves = new Set([...change.gone, ...change.set.map(([, one]) => keyOf(name, one))]);
  const list = before.filter((one) => !leaves.has(keyOf(name, one)));
  for (const [index, one] of change.set) list.splice(index, 0, one);
  return list;
}

const keyOf = (name: ListName, one: unknown): string => lists[name](one as never);

/** Runs in hand are read in any order, and a plan does not depend on it. */
function listOf(snapshot: QueueSnapshot, name: ListName): readonly unknown[] {
  if (name !== 'inHand') return snapshot[name];
  return snapshot.inHand.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function restOf({ members: _members, classes: _classes, inHand: _inHand, ...rest }: QueueSnapshot): unknown {
  return rest;
}
