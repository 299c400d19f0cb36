import { mayDo, type Permission } from '@deskhand/domain/account/permissions.ts';
import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { Change, ChangeFeed } from '../../ports/changes.ts';
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

/** Turns changes into live events while somebody listens. Answers how to stop. */
export function startLiveFeed(ports: LiveFeedPorts): () => void {
  let folded: FoldedChanges = noChanges();
  let callOff: (() => void) | undefined;
  let firstAtMs = 0;
  const flush = (): void => {
    callOff = undefined;
    const changes = folded;
    folded = noChanges();
    if (!ports.events.hasListeners()) return ports.events.skip();
    const atMs = firstAtMs;
    void publish(ports, changes).then(() => ports.onTold?.(ports.timers.nowMs() - atMs), ports.onFault);
  };
  const unsubscribe = ports.changes.subscribe((change) => {
    if (callOff === undefined) firstAtMs = ports.timers.nowMs();
    fold(folded, change);
    callOff ??= ports.timers.after(FOLD_MS, flush);
  });
  return () => {
    unsubscribe();
    callOff?.();
  };
}

interface FoldedChanges {
  readonly runs: Set<string>;
  readonly gateways: Set<string>;
  /** The newest of each log, queue and other object. */
  readonly others: Map<string, Change>;
}
const noChanges = (): FoldedChanges => ({ runs: new Set(), gateways: new Set(), others: new Map() });

function fold(folded: FoldedChanges, change: Change): void {
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
    case 'reload':
      folded.others.set('reload', change);
  }
}

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
