import type { Pool } from 'pg';
import type { ClusterRecord, Enrolment } from '../../ports/clusters.ts';
import type { AuditFact } from '../../ports/outcome.ts';
import { writeAudit } from './audit.ts';
import { type ClusterRow, clusterFromRow } from './cluster-row.ts';
import { isUniqueViolation } from './fault.ts';
import { inTransaction, type Queryable, rowOf } from './query.ts';

type Refused = 'token-wrong' | 'name-taken' | 'identity-taken' | 'cluster-key-needed';

/** An expected refusal inside the transaction, so that a refused enrolment does not use the token up. */
class EnrolmentRefused extends Error {
  readonly because: Refused;
  constructor(because: Refused) {
    super(because);
    this.because = because;
  }
}

/** Uses the token up and makes the gateway, in one transaction. */
export async function enrol(
  pool: Pool,
  enrolment: Enrolment,
  audit: AuditFact,
): Promise<{ cluster: ClusterRecord } | Refused> {
  try {
    return await inTransaction(pool, async (client) => {
      const clusterId = await useToken(client, enrolment.tokenHash);
      const cluster = await keepClusterKey(client, clusterId, enrolment);
      await insertGateway(client, clusterId, enrolment);
      // A key that was sealed for it stays no longer than it is needed.
      await client.query('delete from join_request where token_hash = $1', [enrolment.tokenHash]);
      if (enrolment.tryConnection) await offerTryConnection(client, cluster, enrolment.tryConnection);
      await client.query('update gateway_cluster set queue_version = queue_version + 1 where id = $1', [clusterId]);
      await writeAudit(client, audit);
      return { cluster };
    });
  } catch (error) {
    if (error instanceof EnrolmentRefused) return error.because;
    if (isUniqueViolation(error, 'gateway_public_key_key')) return 'identity-taken';
    if (isUniqueViolation(error)) return 'name-taken';
    throw error;
  }
}

async function useToken(client: Queryable, tokenHash: Buffer): Promise<string> {
  const row = await rowOf<{ cluster_id: string }>(
    client,
    'update enrolment_token set used_at = now() where token_hash = $1 and used_at is null and expires_at > now() returning cluster_id',
    [tokenHash],
  );
  if (!row) throw new EnrolmentRefused('token-wrong');
  return row.cluster_id;
}

/** The first member that signs accounts in brings the cluster's key; later ones must have the same. */
async function keepClusterKey(client: Queryable, clusterId: string, enrolment: Enrolment): Promise<ClusterRecord> {
  const row = (await rowOf<ClusterRow>(client, 'select * from gateway_cluster where id = $1 for update', [
    clusterId,
  ])) as ClusterRow;
  const cluster = clusterFromRow(row);
  if (enrolment.sessionHost === 'virtual' || cluster.publicKey === enrolment.clusterPublicKey) return cluster;
  if (cluster.publicKey) throw new EnrolmentRefused('cluster-key-needed');
  await client.query('update gateway_cluster set public_key = $2, encrypted_key = $3 where id = $1', [
    clusterId,
    enrolment.clusterPublicKey,
    enrolment.encryptedClusterKey,
  ]);
  return { ...cluster, publicKey: enrolment.clusterPublicKey, encryptedKey: enrolment.encryptedClusterKey };
}

async function insertGateway(client: Queryable, clusterId: string, enrolment: Enrolment): Promise<void> {
  await client.query(
    // While the server is recovering a machine that enrols anew brings a journal too.
    `insert into gateway (id, cluster_id, name, owner_id, public_key, session_host, version, member_order, journal_awaited_since)
     select $1, c.id, $3, c.owner_id, $4, $5, $6, (select coalesce(max(member_order) + 1, 0) from gateway where cluster_id = c.id and removed_at is null),
       (select min(journal_awaited_since) from gateway where removed_at is null)
       from gateway_cluster c where c.id = $2`,
    [enrolment.gatewayId, clusterId, enrolment.name, enrolment.publicKey, enrolment.sessionHost, enrolment.version],
  );
}

/** The example's account, offered by `deskhand up`; a machine that enrols again replaces the password of the old offer. */
async function offerTryConnection(
  client: Queryable,
  cluster: ClusterRecord,
  offer: NonNullable<Enrolment['tryConnection']>,
): Promise<void> {
  const replaced = await client.query(
    `update connection set sealed_password = $3, sealed_to = $4, seal_context = 'try', password_version = password_version + 1, rotated_at = now()
      where cluster_id = $1 and account_name = $2 and seal_context = 'try' and deleted_at is null`,
    [cluster.id, offer.accountName, offer.sealed, cluster.publicKey],
  );
  if ((replaced.rowCount ?? 0) > 0) return;
  await client.query(
    `insert into connection (id, name, cluster_id, owner_id, account_name, machine_user, sealed_password, sealed_to, seal_context, password_version, rotated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'try', case when $7::text is null then 0 else 1 end, now())`,
    [
      offer.id,
      `Try-out account ${offer.accountName}`,
      cluster.id,
      cluster.ownerId,
      offer.accountName,
      offer.machineUser,
      offer.sealed,
      cluster.publicKey,
    ],
  );
}
