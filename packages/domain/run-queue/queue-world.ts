import type { GatewayId, RunId } from '../brand.ts';
import type { Priority, RunMode } from '../run/run.ts';
import type { MachineFacts, SessionFact } from '../session/machine.ts';
import { byQueueOrder } from './queue-order.ts';
import type { ClusterMember, QueuedRun, QueueSnapshot, RunClass, RunInHand } from './snapshot.ts';

/** Small worlds for the tests of this package: everything is fine until a test says otherwise. */
export interface WorldRun {
  readonly user: string;
  readonly mode?: RunMode;
  readonly priority?: Priority;
  readonly topRank?: number;
  readonly whenSessionBlocked?: 'fail' | 'wait';
}

export function facts(changes: Partial<MachineFacts> = {}): MachineFacts {
  return {
    version: 1,
    operatingSystem: 'Debian GNU/Linux 12',
    reportedPolicy: 'linux',
    sessions: [],
    sessionLimit: 4,
    remoteDesktopServices: false,
    canUnattended: true,
    canAttended: true,
    missing: [],
    ownUser: null,
    ...changes,
  };
}

export function session(user: string, changes: Partial<SessionFact> = {}): SessionFact {
  return {
    id: `session of ${user}`,
    user,
    uid: 1000,
    state: 'active',
    locked: false,
    ours: false,
    runId: null,
    display: ':0',
    type: 'x11',
    ...changes,
  };
}

export function member(
  name: string,
  {
    facts: changedFacts,
    ...changes
  }: Partial<Omit<ClusterMember, 'facts'>> & { readonly facts?: Partial<MachineFacts> | null } = {},
): ClusterMember {
  return {
    gatewayId: name as GatewayId,
    name,
    order: 0,
    online: true,
    enabled: true,
    quarantined: false,
    maintenance: null,
    facts: changedFacts === null ? null : facts(changedFacts),
    policyOverride: null,
    capacityOverride: null,
    declines: [],
    ...changes,
  };
}

export function inHand(user: string, gateway: string, mode: RunMode = 'unattended'): RunInHand {
  return { id: `${user} in hand` as RunId, gatewayId: gateway as GatewayId, user, mode };
}

export const classKeyOf = (run: WorldRun): string =>
  [run.user, run.mode ?? 'unattended', run.whenSessionBlocked ?? 'fail'].join(' ');

/** Runs are requested in the order given and named r1, r2, … */
export function snapshot(
  world: { readonly members: readonly ClusterMember[]; readonly runs: readonly WorldRun[] } & Partial<QueueSnapshot>,
): QueueSnapshot {
  const { runs, ...changes } = world;
  return {
    version: 1,
    runOnAllGateways: true,
    selection: 'random',
    inHand: [],
    addOnsFree: null,
    classes: classesOf(runs),
    ...changes,
  };
}

function classesOf(runs: readonly WorldRun[]): readonly RunClass[] {
  const queued = runs.map((run, index) => ({ run, queued: queuedRun(run, index + 1) }));
  return [...Map.groupBy(queued, ({ run }) => classKeyOf(run))].map(([key, entries]) => ({
    key,
    user: entries[0]?.run.user ?? '',
    mode: entries[0]?.run.mode ?? 'unattended',
    whenSessionBlocked: entries[0]?.run.whenSessionBlocked ?? 'fail',
    count: entries.length,
    heads: entries.map((entry) => entry.queued).sort(byQueueOrder),
  }));
}

export function queuedRun(run: Partial<WorldRun>, requestNumber: number): QueuedRun {
  return {
    id: `r${String(requestNumber)}` as RunId,
    requestNumber,
    priority: run.priority ?? 'normal',
    topRank: run.topRank ?? null,
  };
}
