import type { ClusterId, ConnectionId } from '@deskhand/domain/brand.ts';
import { accountOnMachine, parseAccountName } from '@deskhand/domain/connection/account-name.ts';
import type { ClusterStore } from '../../ports/clusters.ts';
import type { ConnectionChange, ConnectionRecord, ConnectionStore } from '../../ports/connections.ts';
import { type KnownAccounts, refusedAccounts } from '../accounts/known-accounts.ts';
import { newId } from '../accounts/secrets.ts';
import { tellOfOwn, type TellPorts } from '../system/tell-of-own.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';

export interface ConnectionPorts extends KnownAccounts, TellPorts {
  readonly connections: ConnectionStore;
  readonly clusters: ClusterStore;
}

/** Who owns all of them by a role. */
export const ownsEveryConnection = (roles: Caller['roles']): boolean => roles.includes('admin');

const isOwner = (caller: Caller, connection: ConnectionRecord): boolean =>
  connection.owner?.id === caller.id || ownsEveryConnection(caller.roles);

/** Whether an account may run flows through a connection: its owner, and whom it is shared with. */
export const mayUse = (caller: Caller, connection: ConnectionRecord): boolean =>
  isOwner(caller, connection) || connection.sharedWith.includes(caller.id);

const peopleOf = ({ owner, sharedWith }: ConnectionRecord): readonly string[] =>
  owner === null ? sharedWith : [owner.id, ...sharedWith];

const tell = (ports: ConnectionPorts, id: string, people: readonly string[]): void =>
  tellOfOwn(ports, { what: 'connection', id, people });

export async function listConnections(ports: ConnectionPorts, caller: Caller): Promise<readonly ConnectionRecord[]> {
  return (await ports.connections.list()).filter((connection) => mayUse(caller, connection));
}

export async function connectionFor(
  ports: ConnectionPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<ConnectionRecord>> {
  const connection = await ports.connections.byId(id);
  return connection && mayUse(caller, connection) ? done(connection) : refuse('not-found', { what: 'connection' });
}

async function ownConnection(ports: ConnectionPorts, caller: Caller, id: string): Promise<Outcome<ConnectionRecord>> {
  const connection = await connectionFor(ports, caller, id);
  if (!connection.ok || isOwner(caller, connection.value)) return connection;
  return refuse('not-allowed', { detail: 'only the owner of a connection changes it.' });
}

export interface NewConnectionRequest {
  readonly name: string;
  readonly clusterId: string;
  readonly accountName: string;
  readonly whenSessionBlocked?: 'fail' | 'wait';
  readonly notifications?: boolean;
}

export async function createConnection(
  ports: ConnectionPorts,
  caller: Caller,
  request: NewConnectionRequest,
): Promise<Outcome<ConnectionRecord>> {
  const cluster = await ports.clusters.byId(request.clusterId);
  if (!cluster) return refuse('not-found', { what: 'gateway cluster' });
  const account = parseAccountName(request.accountName);
  if (!account.ok) return refuse('invalid-request', { detail: account.message });
  const connection = {
    id: newId() as ConnectionId,
    name: request.name,
    clusterId: cluster.id as ClusterId,
    ownerId: caller.id,
    accountName: request.accountName,
    machineUser: accountOnMachine(request.accountName),
    whenSessionBlocked: request.whenSessionBlocked ?? 'fail',
    notifications: request.notifications ?? true,
  } as const;
  await ports.connections.add(
    connection,
    auditBy(caller, 'create', `connection ${connection.id}`, {
      name: request.name,
      cluster: cluster.name,
      account: request.accountName,
    }),
  );
  tell(ports, connection.id, [caller.id]);
  return connectionFor(ports, caller, connection.id);
}

export async function updateConnection(
  ports: ConnectionPorts,
  caller: Caller,
  id: string,
  change: ConnectionChange,
): Promise<Outcome<ConnectionRecord>> {
  const connection = await ownConnection(ports, caller, id);
  if (!connection.ok) return connection;
  await ports.connections.change(id, change, auditBy(caller, 'update', `connection ${id}`, { ...change }));
  tell(ports, id, peopleOf(connection.value));
  return connectionFor(ports, caller, id);
}

/** Sharing lets others run code as the connection's account: it stands in the audit log under its own verb. */
export async function shareConnection(
  ports: ConnectionPorts,
  caller: Caller,
  id: string,
  accounts: readonly string[],
): Promise<Outcome<ConnectionRecord>> {
  const connection = await ownConnection(ports, caller, id);
  if (!connection.ok) return connection;
  const unknown = await refusedAccounts(ports, accounts);
  if (unknown) return unknown;
  await ports.connections.change(
    id,
    { sharedWith: accounts },
    auditBy(caller, 'share', `connection ${id}`, { with: accounts, account: connection.value.accountName }),
  );
  // Who may no longer use it loses it from the page at once.
  tell(ports, id, [...peopleOf(connection.value), ...accounts]);
  return connectionFor(ports, caller, id);
}

export interface SealedPassword {
  readonly sealed: string;
  readonly clusterPublicKey: string;
  readonly passwordVersion: number;
}

export async function rotateConnection(
  ports: ConnectionPorts,
  caller: Caller,
  id: string,
  password: SealedPassword,
): Promise<Outcome<ConnectionRecord>> {
  const connection = await ownConnection(ports, caller, id);
  if (!connection.ok) return connection;
  const cluster = await ports.clusters.byId(connection.value.clusterId);
  if (!cluster?.publicKey) return refuse('cluster-has-no-key');
  if (cluster.publicKey !== password.clusterPublicKey) return refuse('sealed-to-other-key');
  const stored = {
    sealed: password.sealed,
    sealedTo: password.clusterPublicKey,
    passwordVersion: password.passwordVersion,
  };
  const answer = await ports.connections.rotate(
    id,
    stored,
    auditBy(caller, 'rotate', `connection ${id}`, { passwordVersion: password.passwordVersion }),
  );
  if (answer === 'changed-meanwhile')
    return refuse('conflict', {
      detail: `The password has version ${connection.value.passwordVersion}; the next one is ${connection.value.passwordVersion + 1}.`,
    });
  tell(ports, id, peopleOf(connection.value));
  return connectionFor(ports, caller, id);
}

export async function removeConnection(ports: ConnectionPorts, caller: Caller, id: string): Promise<Outcome<null>> {
  const connection = await ownConnection(ports, caller, id);
  if (!connection.ok) return connection;
  const answer = await ports.connections.remove(
    id,
    auditBy(caller, 'delete', `connection ${id}`, { name: connection.value.name }),
  );
  if (answer === 'in-use') return refuse('conflict', { detail: 'Unfinished runs use this connection.' });
  tell(ports, id, peopleOf(connection.value));
  return done(null);
}
