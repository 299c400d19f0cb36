import type { GatewayLinkStore, HeartbeatAnswer, LinkIdentity } from '@deskhand/control-plane/ports/gateway-links.ts';
import type { SimulatedDatabase } from './database.ts';
import { attemptMethods } from './gateway-attempts.ts';
import { reportMethods } from './gateway-reports.ts';
import { policyAndCapacity } from './member-policy.ts';
import type { GatewayRow } from './rows.ts';
import type { StoreSession } from './server.ts';
import { stored } from './stored-values.ts';

/** Gateways as the link knows them. */
export function openSimulatedGatewayLinkStore(session: StoreSession): GatewayLinkStore {
  return { ...linkMethods(session), ...attemptMethods(session), ...reportMethods(session) };
}

type LinkMethods = Pick<
  GatewayLinkStore,
  | 'identity'
  | 'prepareLink'
  | 'quarantine'
  | 'confirmLink'
  | 'openLink'
  | 'closeLink'
  | 'setFacts'
  | 'heartbeat'
  | 'policyAndCapacity'
>;

function linkMethods(session: StoreSession): LinkMethods {
  const { database } = session.server;
  const change = (gatewayId: string, by: (gateway: GatewayRow) => Partial<GatewayRow>): boolean => {
    const gateway = database.gateways.get(gatewayId);
    if (gateway === undefined) return false;
    database.gateways.set(gatewayId, { ...gateway, ...by(gateway) });
    return true;
  };
  const clusterOf = (gatewayId: string) => () => database.clusterOf(gatewayId);
  return {
    identity: (gatewayId) => session.run('link-identity', () => identity(database, gatewayId)),
    prepareLink: (gatewayId, pendingLinkNumber, chosenBy) =>
      session.run('prepare-link', () => {
        const known = admitted(database, gatewayId);
        if (known?.linkNumber !== chosenBy.confirmed || known.pendingLinkNumber !== chosenBy.pending) return undefined;
        change(gatewayId, () => ({ pendingLinkNumber }));
        database.sequences.commit += 1;
        return { epoch: database.installation.get('only')?.epoch ?? '', commit: database.sequences.commit };
      }),
    quarantine: (gatewayId, because) =>
      session.run(
        'quarantine',
        () => {
          database.bump(database.clusterOf(gatewayId));
          change(gatewayId, () => ({ quarantined: true, linkedTo: null }));
          const object = `gateway ${gatewayId}`;
          database.addAudit({ actor: 'Deskhand', verb: 'quarantine', object, detail: { because }, origin: 'link' });
        },
        clusterOf(gatewayId),
      ),
    confirmLink: (gatewayId, linkNumber) =>
      session.run('confirm-link', () => {
        const gateway = admitted(database, gatewayId);
        if (gateway === undefined || gateway.linkNumber > linkNumber) return false;
        return change(gatewayId, (known) => ({
          linkNumber,
          pendingLinkNumber: (known.pendingLinkNumber ?? 0) > linkNumber ? known.pendingLinkNumber : null,
        }));
      }),
    openLink: (link) => openLink(session, link),
    closeLink: (gatewayId, linkNumber) =>
      session.run(
        'close-link',
        () => {
          const gateway = database.gateways.get(gatewayId);
          if (gateway?.linkNumber !== linkNumber || gateway.linkedTo === null) return false;
          const unreachableSinceMs = gateway.unreachableSinceMs ?? database.nowMs();
          database.gateways.set(gatewayId, { ...gateway, linkedTo: null, unreachableSinceMs });
          database.bump(gateway.clusterId);
          return true;
        },
        clusterOf(gatewayId),
      ),
    setFacts: ({ gatewayId, linkNumber }, facts) =>
      session.run(
        'set-facts',
        () => {
          database.bump(database.clusterOf(gatewayId));
          if (database.gateways.get(gatewayId)?.linkNumber !== linkNumber) return;
          change(gatewayId, () => ({ facts: stored(facts), lastSeenAtMs: database.nowMs() }));
        },
        clusterOf(gatewayId),
      ),
    heartbeat: (link, journal, progress) => heartbeat(session, link, journal, progress),
    policyAndCapacity: (gatewayId) =>
      session.run('policy-and-capacity', () => policyAndCapacity(database.gateways.get(gatewayId))),
  };
}

/** Neither removed nor quarantined. */
function admitted(database: SimulatedDatabase, gatewayId: string): GatewayRow | undefined {
  const gateway = database.gateways.get(gatewayId);
  return gateway?.removedAtMs === null && !gateway.quarantined ? gateway : undefined;
}

function identity(database: SimulatedDatabase, gatewayId: string): LinkIdentity | undefined {
  const gateway = database.gateways.get(gatewayId);
  if (gateway === undefined || gateway.removedAtMs !== null) return undefined;
  const { name, clusterId, publicKey, quarantined, linkNumber, pendingLinkNumber, linkedTo } = gateway;
  const { journalId, journalPosition: position } = gateway;
  const installation = database.installation.get('only');
  return {
    ...{ gatewayId: gateway.id, name, clusterId, publicKey, quarantined },
    numbers: { confirmed: linkNumber, pending: pendingLinkNumber },
    isLinked: linkedTo !== null,
    journal: journalId === null ? null : { journalId, position },
    journalAwaited: gateway.journalAwaitedSinceMs !== null,
    database: {
      epoch: installation?.epoch ?? '',
      formerEpochs: installation?.formerEpochs ?? [],
      commit: database.sequences.commit,
    },
  };
}

async function openLink(session: StoreSession, link: Parameters<GatewayLinkStore['openLink']>[0]): Promise<boolean> {
  const { database } = session.server;
  const { gatewayId, linkNumber, replica, journalId, journalPosition, version, encryptedClusterKey } = link;
  const { linkVersion = 1 } = link;
  const isOpen = await session.run(
    'open-link',
    () => {
      database.bump(database.clusterOf(gatewayId));
      const gateway = admitted(database, gatewayId);
      if (gateway?.linkNumber !== linkNumber) return false;
      const seen = { lastSeenAtMs: database.nowMs(), unreachableSinceMs: null };
      const linked = { linkedTo: replica, journalId, journalPosition, version, linkVersion, facts: stored(link.facts) };
      database.gateways.set(gatewayId, { ...gateway, ...linked, ...seen });
      return true;
    },
    () => database.clusterOf(gatewayId),
  );
  if (!isOpen || encryptedClusterKey === null) return isOpen;
  await session.run('keep-cluster-key', () => {
    const cluster = database.clusters.get(database.clusterOf(gatewayId) ?? '');
    if (cluster !== undefined) database.clusters.set(cluster.id, { ...cluster, encryptedKey: encryptedClusterKey });
  });
  return true;
}

const notOpen: HeartbeatAnswer = {
  isOpen: false,
  journalFaultChanged: false,
  journalAwaited: false,
  clockSkew: { beforeMs: null, nowMs: null },
};

async function heartbeat(
  session: StoreSession,
  ...[{ gatewayId, linkNumber, replica }, { journalFault, journalPosition, wallClockMs }, progress]: Parameters<
    GatewayLinkStore['heartbeat']
  >
): ReturnType<GatewayLinkStore['heartbeat']> {
  const { database } = session.server;
  const before = await session.run('heartbeat', () => {
    const gateway = database.gateways.get(gatewayId);
    if (gateway?.linkNumber !== linkNumber || gateway.linkedTo !== replica) return 'not-open';
    if (gateway.journalFault !== journalFault) database.bump(gateway.clusterId);
    const clockSkewMs = wallClockMs === null ? null : Math.round(wallClockMs - database.nowMs());
    const seen = { lastSeenAtMs: database.nowMs(), unreachableSinceMs: null, journalFault, clockSkewMs };
    const position = furthest(gateway.journalPosition, journalPosition);
    database.gateways.set(gatewayId, { ...gateway, ...seen, journalPosition: position });
    return {
      journalFault: gateway.journalFault,
      journalAwaited: gateway.journalAwaitedSinceMs !== null,
      clockSkew: { beforeMs: gateway.clockSkewMs, nowMs: clockSkewMs },
    };
  });
  if (before === 'not-open') return notOpen;
  if (progress.length > 0) await session.run('progress', () => noteProgress(database, gatewayId, progress));
  return {
    isOpen: true,
    journalFaultChanged: before.journalFault !== journalFault,
    journalAwaited: before.journalAwaited,
    clockSkew: before.clockSkew,
  };
}

const furthest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

function noteProgress(
  database: SimulatedDatabase,
  gatewayId: string,
  progress: Parameters<GatewayLinkStore['heartbeat']>[2],
): void {
  for (const { runId, attempt, lastActionAgoMs } of progress) {
    const run = database.runs.get(runId);
    if (run?.attempt !== attempt || run.gatewayId !== gatewayId || run.endedAtMs !== null) continue;
    const atMs = database.nowMs() - lastActionAgoMs;
    database.runs.set({ ...run, lastActionAtMs: Math.max(run.lastActionAtMs ?? atMs, atMs) });
  }
}
