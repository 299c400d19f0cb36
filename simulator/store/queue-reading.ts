import { headsPerClass } from '@deskhand/domain/run-queue/plan-assignments.ts';
import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { ClusterMember, QueuedRun, RunClass, RunInHand } from '@deskhand/domain/run-queue/snapshot.ts';
import type { QueueReading } from '@deskhand/control-plane/ports/run-queue.ts';
import type { SimulatedDatabase } from './database.ts';
import { fairClassesOf, fairFactsOf } from './fair-queue.ts';
import type { GatewayRow, RunRow } from './rows.ts';
import type { SortedRows } from './sorted-rows.ts';

/** The queue as classes, of one moment. */
export function readQueue(database: SimulatedDatabase, clusterId: string): QueueReading | undefined {
  const cluster = database.clusters.get(clusterId);
  if (cluster === undefined) return undefined;
  const { fairness } = cluster;
  const queue = [...database.runs.queueOf(clusterId).entries()].sort(([, a], [, b]) => byClass(a, b));
  const addOns = database.installation.get('only')?.settings.unattendedAddOns ?? null;
  const headsMax = headsPerClass(database.membersOf(clusterId).length);
  const fair = fairness && fairClassesOf(database, clusterId, { fairness, headsMax });
  // Fairness looks at no canary.
  const plain = fair === null ? queue : queue.filter(([, { rows }]) => (rows[0]?.canaryOf ?? null) !== null);
  const heads = [...(fair?.heads ?? []), ...plain.flatMap(([, members]) => members.rows.slice(0, headsMax + 1))];
  return {
    nowMs: database.nowMs(),
    clusterName: cluster.name,
    addOns,
    attempts: new Map(heads.map((run) => [run.id, run.attempt])),
    snapshot: {
      version: cluster.queueVersion,
      runOnAllGateways: cluster.runOnAllGateways,
      selection: cluster.selection,
      members: database
        .membersOf(clusterId)
        .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
        .map((gateway) => memberOf(database, gateway)),
      classes: [...(fair?.classes ?? []), ...plain.map(([key, members]) => classOf(key, members, headsMax))],
      inHand: [...database.gateways.values()]
        .filter((gateway) => gateway.clusterId === clusterId)
        .flatMap((gateway) => database.runs.inHandOf(gateway.id))
        .flatMap((run) => inHandOf(database, run, fairness)),
      addOnsFree: addOns === null ? null : Math.max(0, addOns - addOnsUsed(database)),
      ...(fairness === null ? {} : { fairness }),
    },
  };
}

/** Canaries stand behind the runs of people, by their own ids. */
function byClass(a: SortedRows<RunRow>, b: SortedRows<RunRow>): number {
  const [left, right] = [a.rows[0], b.rows[0]];
  const [one, other] = [left?.canaryOf ?? '', right?.canaryOf ?? ''];
  if (one !== other) return one < other ? -1 : 1;
  for (const name of ['machineUser', 'mode', 'whenSessionBlocked'] as const) {
    const [one, other] = [left?.[name] ?? '', right?.[name] ?? ''];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function addOnsUsed(database: SimulatedDatabase): number {
  let used = 0;
  for (const run of database.runs.inHand()) if (run.mode === 'unattended') used += 1;
  return used;
}

/** Counts no further than the heads go: nobody needs the length of a class to plan. */
function classOf(key: string, members: SortedRows<RunRow>, headsMax: number): RunClass {
  const first = members.rows[0] as RunRow;
  return {
    key,
    user: first.machineUser,
    mode: first.mode,
    whenSessionBlocked: first.whenSessionBlocked,
    ...(first.canaryOf === null ? {} : { canaryOf: first.canaryOf }),
    count: Math.min(members.length, headsMax + 1),
    heads: members.rows.slice(0, headsMax).map(headOf),
  };
}

const headOf = ({ id, requestNumber, priority, topRank }: RunRow): QueuedRun => ({
  id,
  requestNumber,
  priority,
  topRank,
});

function inHandOf(database: SimulatedDatabase, run: RunRow, fairness: Fairness | null): readonly RunInHand[] {
  const { id, gatewayId, machineUser: user, mode } = run;
  if (gatewayId === null) return [];
  return [{ id, gatewayId, user, mode, ...(fairness === null ? {} : { fair: fairFactsOf(database, run, fairness) }) }];
}

/** A gateway that cannot write its journal acquires nothing, so it is asked for nothing. */
function memberOf(database: SimulatedDatabase, gateway: GatewayRow): ClusterMember {
  const { name, order, enabled, quarantined, policyOverride, capacityOverride, facts, journalFault } = gateway;
  const isUnable = journalFault !== null && facts !== null;
  const missing = [`The gateway cannot write its journal: ${journalFault ?? ''}`];
  const declines = [...(database.declines.get(gateway.id)?.values() ?? [])]
    .filter((decline) => decline.untilMs > database.nowMs())
    .map(({ classKey, because, factsVersion, untilMs }) => ({ classKey, because, factsVersion, untilMs }));
  return {
    gatewayId: gateway.id,
    ...{ name, order, enabled, quarantined, policyOverride, capacityOverride, declines },
    online: gateway.linkedTo !== null,
    maintenance: gateway.maintenanceSinceMs === null ? null : { note: gateway.maintenanceNote },
    setAside:
      gateway.setAsideSinceMs === null
        ? null
        : { nextCanaryAtMs: gateway.canaryRunId === null ? gateway.canaryDueAtMs : null },
    journalAwaited: gateway.journalAwaitedSinceMs !== null,
    facts: isUnable ? { ...facts, canAttended: false, canUnattended: false, missing } : facts,
  };
}
