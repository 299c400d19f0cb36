import type { ConnectionId } from '@deskhand/domain/brand.ts';
import type { ClusterRecord, ClusterStore, Enrolment } from '@deskhand/control-plane/ports/clusters.ts';
import type { AuditFact } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedDatabase } from './database.ts';
import { isTaken } from './named-rows.ts';
import { newConnection, newGateway } from './new-rows.ts';
import type { ClusterRow, EnrolmentTokenRow } from './rows.ts';

/** A token that was not used and is not too old. */
export function useToken(database: SimulatedDatabase, tokenHash: Buffer): EnrolmentTokenRow | undefined {
  const token = database.enrolmentTokens.get(tokenHash.toString('hex'));
  return token !== undefined && !token.isUsed && token.expiresAtMs > database.nowMs() ? token : undefined;
}

/** Uses the token up and makes the gateway. */
export function enrol(
  database: SimulatedDatabase,
  enrolment: Enrolment,
  audit: AuditFact,
): Awaited<ReturnType<ClusterStore['enrol']>> {
  const token = useToken(database, enrolment.tokenHash);
  const row = token && database.clusters.get(token.clusterId);
  if (token === undefined || row === undefined) return 'token-wrong';
  const cluster = withKey(row, enrolment);
  if (cluster === undefined) return 'cluster-key-needed';
  const gateways = [...database.gateways.values()];
  const { gatewayId: id, name, publicKey, sessionHost, version, tryConnection } = enrolment;
  if (database.gateways.get(id) !== undefined) return 'name-taken';
  if (gateways.some((one) => one.publicKey === publicKey)) return 'identity-taken';
  const members = database.membersOf(row.id);
  if (isTaken(members, { id, name })) return 'name-taken';
  const order = Math.max(-1, ...members.map((one) => one.order)) + 1;
  const place = { clusterId: row.id, ownerId: row.ownerId, order, enrolledAtMs: database.nowMs() };
  database.enrolmentTokens.set(token.tokenHash, { ...token, isUsed: true });
  // A key that was sealed for it stays no longer than it is needed.
  for (const request of [...database.joinRequests.values()])
    if (request.tokenHash === token.tokenHash) database.joinRequests.delete(request.id);
  database.clusters.set(row.id, cluster);
  const awaited = gateways.flatMap((one) => (one.removedAtMs === null ? (one.journalAwaitedSinceMs ?? []) : []));
  const journalAwaitedSinceMs = awaited.length === 0 ? null : Math.min(...awaited);
  const enrolled = { id, name, publicKey, sessionHost, version, journalAwaitedSinceMs, ...place };
  database.gateways.set(id, newGateway(enrolled));
  if (tryConnection !== null) offerTryConnection(database, cluster, tryConnection);
  database.bump(row.id);
  database.addAudit(audit);
  const { queueVersion: _version, topCounter: _counter, ...record } = cluster;
  return { cluster: record satisfies ClusterRecord };
}

/** The first member that signs accounts in brings the cluster's key; later ones must have the same. */
function withKey(cluster: ClusterRow, enrolment: Enrolment): ClusterRow | undefined {
  if (enrolment.sessionHost === 'virtual' || cluster.publicKey === enrolment.clusterPublicKey) return cluster;
  if (cluster.publicKey) return undefined;
  return { ...cluster, publicKey: enrolment.clusterPublicKey, encryptedKey: enrolment.encryptedClusterKey };
}

/** The example's account; a machine that enrols again replaces the password of the old offer. */
function offerTryConnection(
  database: SimulatedDatabase,
  cluster: ClusterRow,
  offer: NonNullable<Enrolment['tryConnection']>,
): void {
  const nowMs = database.nowMs();
  const old = [...database.connections.values()].filter(
    (one) =>
      one.clusterId === cluster.id &&
      one.accountName === offer.accountName &&
      one.sealContext === 'try' &&
      one.deletedAtMs === null,
  );
  const sealed = { sealedPassword: offer.sealed, sealContext: 'try', rotatedAtMs: nowMs } as const;
  for (const one of old)
    database.connections.set(one.id, { ...one, ...sealed, passwordVersion: one.passwordVersion + 1 });
  if (old.length > 0) return;
  const { id, accountName, machineUser } = offer;
  const name = `Try-out account ${accountName}`;
  const passwordVersion = offer.sealed === null ? 0 : 1;
  const owner = { clusterId: cluster.id, ownerId: cluster.ownerId, createdAtMs: nowMs };
  const row = { id: id as ConnectionId, name, accountName, machineUser, passwordVersion, ...owner, ...sealed };
  database.connections.set(id, newConnection(row));
}
