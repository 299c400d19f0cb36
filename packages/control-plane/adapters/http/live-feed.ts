import { mayDo, type Permission, seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { Change, ChangeFeed } from '../../ports/changes.ts';
import { ownsEveryConnection } from '../../use-cases/connections/connections.ts';
import type { LiveEvents, Viewer } from './live-events.ts';

export interface LiveFeedPorts {
  readonly timers: Pick<Timers, 'after' | 'nowMs'>;
  readonly changes: ChangeFeed;
  readonly events: LiveEvents;
  /** The runs as pages show them, each with who may see it. */
  readonly readRuns: (
    ids: readonly string[],
  ) => Promise<readonly { readonly run: Run; readonly isVisibleTo: (viewer: Viewer) => boolean }[]>;
  readonly readGateway: (id: string) => Promise<Gateway | undefined>;
  readonly onFault: (error: unknown) => void;
  /** How long the first of some changes took to reach whoever listens. */
  readonly onTold?: (lagMs: number) => void;
}

/** Changes within this time become one event each, so that a burst costs one read. */
const FOLD_MS = 100;

/** After a reading that failed; what it was to tell is told then. */
const READ_AGAIN_MS = 2_000;
/** Beyond that everything is asked again, which costs less. */
const CHANGES_FOLDED_MAX = 2_000;

/**
 * Turns changes into live events while somebody listens, one reading after the other: an answer that comes late must not
 * be told after a newer one. Answers how to stop.
 */
export function startLiveFeed(ports: LiveFeedPorts): () => void {
  const { changes, events, timers } = ports;
  let folded: FoldedChanges = noChanges();
  let callOff: (() => void) | undefined;
  let firstAtMs = 0;
  let isReading = false;
  let isStopped = false;
  const flushIn = (delayMs: number): void => {
    if (isReading || isStopped || isEmpty(folded)) return;
    callOff ??= timers.after(delayMs, () => {
      callOff = undefined;
      flush();
    });
  };
  const flush = (): void => {
    const told = folded;
    folded = noChanges();
    if (!events.hasListeners()) return events.skip();
    const atMs = firstAtMs;
    isReading = true;
    publish(ports, told).then(
      () => {
        isReading = false;
        ports.onTold?.(timers.nowMs() - atMs);
        flushIn(FOLD_MS);
      },
      (error: unknown) => {
        isReading = false;
        ports.onFault(error);
        folded = foldAll(told, folded);
        flushIn(READ_AGAIN_MS);
      },
    );
  };
  const unsubscribe = changes.subscribe((change) => {
    if (isEmpty(folded)) firstAtMs = timers.nowMs();
    fold(folded, change);
    flushIn(FOLD_MS);
  });
  return () => {
    isStopped = true;
    unsubscribe();
    callOff?.();
  };
}

interface FoldedChanges {
  readonly runs: Set<string>;
  readonly gateways: Set<string>;
  /** Who is to be told of what belongs to somebody: whoever any of its changes was for. */
  readonly own: Map<string, OwnChange>;
  /** The newest of each log, queue and other object. */
  readonly others: Map<string, Change>;
}
type OwnChange = Extract<Change, { kind: 'own-changed' }>;

const noChanges = (): FoldedChanges => ({ runs: new Set(), gateways: new Set(), own: new Map(), others: new Map() });
const sizeOf = ({ runs, gateways, own, others }: FoldedChanges): number =>
  runs.size + gateways.size + own.size + others.size;
const isEmpty = (folded: FoldedChanges): boolean => sizeOf(folded) === 0;

function foldAll(older: FoldedChanges, newer: FoldedChanges): FoldedChanges {
  const own = new Map(older.own);
  for (const change of newer.own.values()) foldOwn(own, change);
  return {
    own,
    runs: new Set([...older.runs, ...newer.runs]),
    gateways: new Set([...older.gateways, ...newer.gateways]),
    others: new Map([...older.others, ...newer.others]),
  };
}

function fold(folded: FoldedChanges, change: Change): void {
  if (sizeOf(folded) >= CHANGES_FOLDED_MAX) {
    folded.runs.clear();
    folded.gateways.clear();
    folded.own.clear();
    folded.others.clear();
    folded.others.set('reload', { kind: 'reload' });
  } else foldOne(folded, change);
}

/** In a burst somebody may lose it first and the others see it change later: all are told. */
function foldOwn(own: Map<string, OwnChange>, change: OwnChange): void {
  const key = `${change.what} ${change.id}`;
  const people = new Set([...(own.get(key)?.people ?? []), ...change.people]);
  own.set(key, { ...change, people: [...people] });
}

function foldOne(folded: FoldedChanges, change: Change): void {
  switch (change.kind) {
    case 'run':
      folded.runs.add(change.runId);
      return;
    case 'gateway':
      folded.gateways.add(change.gatewayId);
      return;
    case 'run-log':
      folded.runs.add(change.runId);
      folded.others.set(`log ${change.runId}`, change);
      return;
    case 'run-queue':
      folded.others.set(`queue ${change.clusterId}`, change);
      return;
    case 'changed':
      folded.others.set(`${change.what} ${change.id}`, change);
      return;
    case 'own-changed':
      foldOwn(folded.own, change);
      return;
    case 'reload':
      folded.others.set('reload', change);
  }
}

/** Whose role shows everybody's, as where they are listed. */
const seesAll: Record<OwnChange['what'], (roles: Viewer['roles']) => boolean> = {
  'desktop-flow': seesEverything,
  connection: ownsEveryConnection,
};

async function publish({ events, readRuns, readGateway }: LiveFeedPorts, changes: FoldedChanges): Promise<void> {
  const everyone = (): boolean => true;
  const whoMay =
    (permission: Permission) =>
    (viewer: Viewer): boolean =>
      mayDo(viewer.roles, permission);
  const runs = changes.runs.size > 0 ? await readRuns([...changes.runs]) : [];
  const visibility = new Map(runs.map(({ run, isVisibleTo }) => [run.id, isVisibleTo]));
  for (const { run, isVisibleTo } of runs) events.publish({ type: 'run', data: run }, isVisibleTo);
  for (const id of changes.gateways) {
    const gateway = await readGateway(id);
    if (gateway) events.publish({ type: 'gateway', data: gateway }, whoMay('gateway.read'));
  }
  for (const { what, id, people } of changes.own.values())
    events.publish(
      { type: 'changed', data: { what, id } },
      (viewer) => people.includes(viewer.id) || seesAll[what](viewer.roles),
    );
  for (const change of changes.others.values()) {
    if (change.kind === 'run-log') {
      const { runId, attempt, lastSeq } = change;
      events.publish({ type: 'run-log', data: { runId, attempt, lastSeq } }, visibility.get(runId) ?? (() => false));
    } else if (change.kind === 'run-queue')
      events.publish({ type: 'run-queue', data: { clusterId: change.clusterId, version: 0 } }, whoMay('queue.read'));
    else if (change.kind === 'changed')
      events.publish({ type: 'changed', data: { what: change.what, id: change.id } }, everyone);
    else if (change.kind === 'reload') events.publish({ type: 'reload', data: {} }, everyone);
  }
}
