import type { Account, ApiToken } from '@deskhand/protocol/http/accounts.ts';
import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import type { LogLine, Run } from '@deskhand/protocol/http/runs.ts';
import type { Settings } from '@deskhand/protocol/http/system.ts';
import { seedFlows, type StoredFlow } from './seed-flows.ts';
import { seedClusters, seedConnections, seedGateways } from './seed-machines.ts';
import { seedRuns } from './seed-runs.ts';

export type RunEvents = ReplyOf<Routes['getRunEvents']>['items'];
export type AuditEntries = ReplyOf<Routes['listAuditLog']>['items'];

/** Everything the simulated server knows. It lives as long as the page. */
export interface World {
  me: Account;
  accounts: Account[];
  tokens: ApiToken[];
  clusters: GatewayCluster[];
  gateways: Gateway[];
  connections: Connection[];
  flows: StoredFlow[];
  runs: Run[];
  logs: Map<string, LogLine[]>;
  audit: AuditEntries;
  settings: Settings;
  /** When the newest look at each gateway's machine is done. */
  readonly checkedAt: Map<string, number>;
  claimed: boolean;
  signedIn: boolean;
  nextNumber: number;
}

export type { StoredFlow };

export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Scenarios by name, chosen in the session storage, so that page tests can see every state of a page. */
export type Scenario = 'usual' | 'empty' | 'error' | 'slow' | 'lost' | 'first-run' | 'signed-out' | 'viewer';

export function scenario(): Scenario {
  return (sessionStorage.getItem('deskhand-scenario') as Scenario | null) ?? 'usual';
}

export function makeWorld(kind: Scenario): World {
  const empty = kind === 'empty' || kind === 'first-run';
  const alice = account('acc-alice', 'Alice', 'alice@example.com', kind === 'viewer' ? ['viewer'] : ['admin', 'maker']);
  const bob = account('acc-bob', 'Bob', 'bob@example.com', ['maker']);
  const clusters = empty ? [] : seedClusters();
  const flows = empty ? [] : seedFlows();
  const { runs, logs } = empty ? { runs: [], logs: new Map() } : seedRuns(flows.map((stored) => stored.flow));
  return {
    me: alice,
    accounts: empty
      ? [alice]
      : [alice, bob, { ...account('acc-old', 'Former admin', 'former@example.com', ['viewer']), disabled: true }],
    checkedAt: new Map(),
    tokens: empty
      ? []
      : [
          {
            id: 'tok-1',
            name: 'laptop',
            createdAt: ago(40 * 24 * HOUR),
            expiresAt: ago(-50 * 24 * HOUR),
            lastUsedAt: ago(3 * HOUR),
          },
        ],
    clusters,
    gateways: empty ? [] : seedGateways(),
    connections: empty ? [] : seedConnections(),
    flows,
    runs,
    logs,
    audit: empty ? [] : seedAudit(),
    settings: {
      allowedDomains: ['example.com'],
      runRetentionDays: 90,
      decisionRetentionDays: 7,
      logBytesMax: 2_000_000_000,
      screenshotBytesMax: 4_000_000_000,
      unattendedAddOns: null,
    },
    claimed: kind !== 'first-run',
    signedIn: kind !== 'signed-out' && kind !== 'first-run',
    nextNumber: 4900,
  };
}

function account(id: string, name: string, email: string, roles: Account['roles']): Account {
  return {
    id,
    name,
    email,
    roles,
    disabled: false,
    osAccounts: [name.toLowerCase()],
    createdAt: ago(60 * 24 * HOUR),
    lastSignInAt: ago(2 * HOUR),
  };
}

function seedAudit(): AuditEntries {
  const verbs = [
    ['run.submit', 'run 4816', { flow: 'Stock sync', priority: 'normal' }],
    ['queue.move-to-top', 'run 4815', { cluster: 'Kiosks' }],
    ['gateway.update', 'gateway kiosk-3', { enabled: false }],
    ['connection.rotate', 'connection Ledger', { passwordVersion: 3 }],
    ['flow.save', 'desktop flow Invoices', { version: 7, bytes: 2480 }],
    ['account.update', 'account bob@example.com', { roles: ['maker'] }],
    ['sign-in', 'account alice@example.com', {}],
  ] as const;
  return Array.from({ length: 60 }, (_entry, index) => {
    const [verb, object, detail] = verbs[index % verbs.length] ?? verbs[0];
    return {
      number: 900 - index,
      at: ago(index * 17 * MINUTE),
      actor: index % 3 === 0 ? 'bob@example.com' : 'alice@example.com',
      actorName: index % 3 === 0 ? 'Bob' : 'Alice',
      verb,
      object,
      detail,
      origin: index % 4 === 0 ? 'cli' : 'portal',
    };
  });
}

export const flowOf = (world: World, id: string): DesktopFlow | undefined =>
  world.flows.find((stored) => stored.flow.id === id)?.flow;
