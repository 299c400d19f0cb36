import { healthOf } from '@deskhand/domain/gateway/health.ts';
import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { standingOf } from '@deskhand/protocol/http/gateway-standing.ts';
import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';

const MINUTE = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** A key pair made for nothing but this simulation; nobody holds its private half. */
const PUBLIC_KEY = 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo';

export function seedClusters(): GatewayCluster[] {
  return [
    cluster('clu-kiosks', 'Kiosks', { members: 5, online: 4, waiting: 6, running: 2, runOnAllGateways: true }),
    cluster('clu-office', 'Office desks', { members: 1, online: 1, waiting: 0, running: 1 }),
  ];
}

function cluster(id: string, name: string, change: Partial<GatewayCluster>): GatewayCluster {
  return {
    id,
    name,
    runOnAllGateways: false,
    liveView: false,
    selection: 'random',
    startDeadlineMs: 3 * 60 * MINUTE,
    accountRule: 'same',
    serviceAccounts: [],
    publicKey: PUBLIC_KEY,
    keyFingerprint: '5f1e-09ac-77d2-c431-9be0-1a52-6fd8-30c7',
    sharedWith: [],
    negotiation: 'off',
    fairness: { ageing: null, share: null, lanes: [] },
    members: 0,
    online: 0,
    waiting: 0,
    running: 0,
    ...change,
  };
}

export const newCluster = (id: string, name: string): GatewayCluster =>
  cluster(id, name, { publicKey: null, keyFingerprint: null });

type Machine = NonNullable<Gateway['machine']>;
type Session = Machine['sessions'][number];

const session = (user: string, change: Partial<Session>): Session => ({
  id: `s-${user}`,
  user,
  uid: 1000,
  state: 'active',
  locked: false,
  ours: false,
  runId: null,
  display: ':10',
  type: 'x11',
  ...change,
});

const machine = (change: Partial<Machine>): Machine => ({
  operatingSystem: 'Debian GNU/Linux 12',
  policy: 'linux',
  rehearsal: null,
  sessions: [],
  sessionLimit: 4,
  slotsInUse: 0,
  canUnattended: true,
  canAttended: true,
  missing: [],
  ...change,
});

export function seedGateways(): Gateway[] {
  return [
    gateway('gw-1', 'kiosk-1', 0, {
      machine: machine({
        sessionLimit: 2,
        slotsInUse: 2,
        sessions: [
          session('alice', { ours: true, runId: 'run-4811' }),
          session('payroll', { ours: true, runId: 'run-4822', display: ':11' }),
        ],
      }),
    }),
    gateway('gw-2', 'kiosk-2', 1, {
      policyOverride: 'single-session',
      machine: machine({
        policy: 'single-session',
        rehearsal: 'single-session',
        sessionLimit: 1,
        sessions: [session('bob', { locked: true, state: 'inactive' })],
      }),
    }),
    gateway('gw-3', 'kiosk-3', 2, {
      status: 'offline',
      lastSeenAt: ago(42 * MINUTE),
      unreachableSince: ago(42 * MINUTE),
      machine: machine({}),
    }),
    gateway('gw-6', 'kiosk-5', 4, {
      maintenance: { since: ago(25 * MINUTE), note: 'New disk, back at noon' },
      version: '0.0.9',
      clockSkewMs: 190_000,
      policyOverride: 'single-session',
      machine: machine({
        policy: 'single-session',
        rehearsal: 'single-session',
        sessionLimit: 1,
        sessions: [session('bob', {})],
      }),
    }),
    gateway('gw-4', 'kiosk-4', 3, {
      enabled: false,
      sessionHost: 'virtual',
      machine: machine({
        policy: 'virtual',
        sessionLimit: 2,
        canAttended: false,
        missing: ['Window manager not found. Install it with: apt-get install openbox'],
      }),
    }),
    gateway('gw-5', 'desk-7', 0, {
      clusterId: 'clu-office',
      clusterName: 'Office desks',
      machine: machine({
        operatingSystem: 'Ubuntu 24.04 LTS',
        slotsInUse: 2,
        sessions: [session('alice', {}), session('bob', { state: 'disconnected', locked: 'unknown' })],
      }),
    }),
  ];
}

function gateway(id: string, name: string, order: number, change: Partial<Gateway>): Gateway {
  return withHealth({
    id,
    name,
    clusterId: 'clu-kiosks',
    clusterName: 'Kiosks',
    order,
    status: 'online',
    enabled: true,
    quarantined: false,
    maintenance: null,
    setAside: null,
    health: { word: 'Online', advice: [] },
    policyOverride: null,
    capacityOverride: null,
    version: '0.1.0',
    sessionHost: 'linux',
    machine: null,
    lastSeenAt: ago(2_000),
    unreachableSince: null,
    enrolledAt: ago(9 * 24 * 60 * MINUTE),
    journalFault: null,
    clockSkewMs: 12,
    ...change,
  });
}

/** The word and the advice as the server works them out. */
export function withHealth(gateway: Gateway): Gateway {
  const { machine, clockSkewMs, version } = gateway;
  const facts = machine && { ...machine, ...factsBeside };
  const member = { ...standingOf(gateway), facts };
  const signs = { runsInHand: machine?.slotsInUse ?? 0, clockSkewMs, version, serverVersion: SERVER_VERSION };
  const { word, advice } = healthOf(member, signs);
  return { ...gateway, health: { word, advice: [...advice] } };
}

const SERVER_VERSION = '0.1.0';
/** What a planner needs and a page does not show. */
export const factsBeside = {
  version: 1,
  reportedPolicy: 'linux',
  remoteDesktopServices: false,
  ownUser: 'kiosk',
} as const;

export const newGateway = (id: string, name: string, inCluster: GatewayCluster): Gateway => ({
  ...gateway(id, name, 0, { machine: machine({}) }),
  clusterId: inCluster.id,
  clusterName: inCluster.name,
  enrolledAt: new Date().toISOString(),
});

/** An account named `refused` is refused by the simulated server. */
export function seedConnections(): Connection[] {
  return [
    connection('con-ledger', 'Ledger', 'alice', { sharedWith: ['acc-bob'] }),
    connection('con-kiosk', 'Kiosk of Bob', 'SERVER\\bob', {
      owner: { id: 'acc-bob', name: 'Bob' },
      whenSessionBlocked: 'wait',
    }),
    connection('con-desk', 'My desk', 'alice@corp.example', {
      clusterId: 'clu-office',
      clusterName: 'Office desks',
      notifications: false,
    }),
    connection('con-month', 'Month end', 'SERVER\\payroll', {}),
    connection('con-new', 'Not ready', 'carol', { hasPassword: false, passwordVersion: 0, rotatedAt: null }),
  ];
}

export function connection(id: string, name: string, accountName: string, change: Partial<Connection>): Connection {
  return {
    id,
    name,
    clusterId: 'clu-kiosks',
    clusterName: 'Kiosks',
    accountName,
    hasPassword: true,
    passwordVersion: 1,
    whenSessionBlocked: 'fail',
    notifications: true,
    owner: { id: 'acc-alice', name: 'Alice' },
    sharedWith: [],
    createdAt: ago(30 * 24 * 60 * MINUTE),
    rotatedAt: ago(3 * 24 * 60 * MINUTE),
    ...change,
  };
}
