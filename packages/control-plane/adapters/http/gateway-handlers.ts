import { limitOfMember, policyOf, rehearsalOf } from '@deskhand/domain/capacity/session-limit.ts';
import { CANARIES_TO_PASS } from '@deskhand/domain/gateway/canary.ts';
import { healthOf } from '@deskhand/domain/gateway/health.ts';
import type { Gateway, GatewayCluster, gatewayRoutes } from '@deskhand/protocol/http/gateways.ts';
import { keyFingerprint } from '@deskhand/protocol/seal.ts';
import type { ClusterSummary, GatewayRecord } from '../../ports/clusters.ts';
import {
  type ClusterPorts,
  clusterById,
  createCluster,
  createEnrolmentToken,
  declareGone,
  gatewayById,
  removeCluster,
  removeGateway,
  updateCluster,
  updateGateway,
} from '../../use-cases/gateways/clusters.ts';
import { fairnessToWire } from '../../use-cases/run-queue/fairness-to-wire.ts';
import { describeEnrolment, enrolGateway } from '../../use-cases/gateways/enrolment.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import { empty, type HandlersOf, iso, isoOrNull } from './handlers.ts';

/** What gateways are told of the server, and compared with. */
export interface ServerFacts {
  /** Of the server's certificate, where nobody else vouches for it. */
  readonly fingerprintToPin: string | null;
  readonly version: string;
}

export function gatewayHandlers(
  ports: ClusterPorts,
  { fingerprintToPin, version }: ServerFacts,
): HandlersOf<typeof gatewayRoutes> {
  const toWire = (gateway: GatewayRecord): Gateway => gatewayToWire(gateway, version);
  const gatewayReply = (answer: Outcome<GatewayRecord>): Outcome<Gateway> =>
    answer.ok ? done(toWire(answer.value)) : answer;
  return {
    listClusters: async () => done({ items: await Promise.all((await ports.clusters.list()).map(clusterToWire)) }),
    createCluster: async ({ caller, body }) => clusterReply(await createCluster(ports, caller, body.name)),
    getCluster: async ({ params }) => clusterReply(await clusterById(ports, params.id)),
    updateCluster: async ({ caller, params, body }) =>
      clusterReply(await updateCluster(ports, caller, params.id, body)),
    deleteCluster: async ({ caller, params }) => emptied(await removeCluster(ports, caller, params.id)),
    createEnrolmentToken: async ({ caller, params, secure, host }) => {
      const answer = await createEnrolmentToken(ports, caller, params.id);
      if (!answer.ok) return answer;
      const { token, expiresAt } = answer.value;
      const server = `${secure ? 'https' : 'http'}://${host}`;
      const pin = fingerprintToPin ? ` --server-fingerprint ${fingerprintToPin}` : '';
      // Without the token, which no command line shall hold: the program asks for it.
      const command = `deskhand gateway enrol --server ${server}${pin} --token-stdin`;
      return done({ token, expiresAt: iso(expiresAt), command });
    },
    describeEnrolment: async ({ body }) => {
      const answer = await describeEnrolment(ports, body.token);
      if (!answer.ok) return answer;
      const { id, name, publicKey, encryptedKey } = answer.value;
      return done({ clusterId: id, clusterName: name, clusterPublicKey: publicKey, encryptedClusterKey: encryptedKey });
    },
    enrolGateway: async ({ body, origin }) => {
      const answer = await enrolGateway(ports, body, origin);
      if (!answer.ok) return answer;
      const { gatewayId, cluster } = answer.value;
      return done({ gatewayId, clusterId: cluster.id, clusterName: cluster.name, clusterPublicKey: cluster.publicKey });
    },
    listGateways: async ({ query }) =>
      done({ items: (await ports.clusters.listGateways(query.cluster ?? null)).map(toWire) }),
    getGateway: async ({ params }) => gatewayReply(await gatewayById(ports, params.id)),
    updateGateway: async ({ caller, params, body }) =>
      gatewayReply(await updateGateway(ports, caller, params.id, body)),
    removeGateway: async ({ caller, params, query }) =>
      emptied(await removeGateway(ports, caller, params.id, query.confirm === 'yes')),
    declareGone: async ({ caller, params }) => declareGone(ports, caller, params.id),
  };
}

const emptied = (answer: Outcome<null>): Outcome<typeof empty> => (answer.ok ? done(empty) : answer);
const clusterReply = async (answer: Outcome<ClusterSummary>): Promise<Outcome<GatewayCluster>> =>
  answer.ok ? done(await clusterToWire(answer.value)) : answer;

async function clusterToWire(cluster: ClusterSummary): Promise<GatewayCluster> {
  return {
    id: cluster.id,
    name: cluster.name,
    runOnAllGateways: cluster.runOnAllGateways,
    selection: cluster.selection,
    startDeadlineMs: cluster.startDeadlineMs,
    accountRule: cluster.accountRule,
    serviceAccounts: [...cluster.serviceAccounts],
    liveView: cluster.liveView,
    publicKey: cluster.publicKey,
    keyFingerprint: cluster.publicKey ? await keyFingerprint(cluster.publicKey) : null,
    sharedWith: [...cluster.sharedWith],
    negotiation: cluster.negotiation,
    fairness: fairnessToWire(cluster.fairness),
    members: cluster.members,
    online: cluster.online,
    waiting: cluster.waiting,
    running: cluster.running,
  };
}

export function gatewayToWire(gateway: GatewayRecord, serverVersion: string): Gateway {
  const { maintenance } = gateway;
  return {
    id: gateway.id,
    name: gateway.name,
    clusterId: gateway.clusterId,
    clusterName: gateway.clusterName,
    order: gateway.order,
    status: gateway.isOnline ? 'online' : 'offline',
    enabled: gateway.enabled,
    quarantined: gateway.quarantined,
    maintenance: maintenance && { note: maintenance.note, since: iso(maintenance.since) },
    setAside: setAsideToWire(gateway),
    health: healthToWire(gateway, serverVersion),
    policyOverride: gateway.policyOverride,
    capacityOverride: gateway.capacityOverride,
    version: gateway.version,
    sessionHost: gateway.sessionHost,
    machine: machineToWire(gateway),
    lastSeenAt: isoOrNull(gateway.lastSeenAt),
    unreachableSince: isoOrNull(gateway.unreachableSince),
    enrolledAt: iso(gateway.enrolledAt),
    journalFault: gateway.journalFault,
    clockSkewMs: gateway.clockSkewMs,
  };
}

function setAsideToWire({ setAside }: GatewayRecord): Gateway['setAside'] {
  if (setAside === null) return null;
  const { since, canariesPassed, nextCanaryAt } = setAside;
  return { since: iso(since), canariesPassed, canariesToPass: CANARIES_TO_PASS, nextCanaryAt: isoOrNull(nextCanaryAt) };
}

function healthToWire(gateway: GatewayRecord, serverVersion: string): Gateway['health'] {
  const { clockSkewMs, version, slotsInUse: runsInHand } = gateway;
  const setAside = gateway.setAside && { nextCanaryAtMs: gateway.setAside.nextCanaryAt?.getTime() ?? null };
  const member = { ...gateway, setAside, online: gateway.isOnline };
  const { word, advice } = healthOf(member, { runsInHand, clockSkewMs, version, serverVersion });
  return { word, advice: [...advice] };
}

function machineToWire(gateway: GatewayRecord): Gateway['machine'] {
  const { facts, slotsInUse } = gateway;
  if (!facts) return null;
  return {
    operatingSystem: facts.operatingSystem,
    policy: policyOf(gateway, facts),
    rehearsal: rehearsalOf(gateway, facts),
    sessions: [...facts.sessions],
    sessionLimit: limitOfMember(gateway, facts),
    slotsInUse,
    canUnattended: facts.canUnattended,
    canAttended: facts.canAttended,
    missing: [...facts.missing],
  };
}
