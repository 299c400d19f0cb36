import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import type { JoinRequestState } from '@deskhand/domain/gateway/join-request.ts';
import type { JoinOpening } from '@deskhand/protocol/join-code.ts';
import type { Pool, PoolClient } from 'pg';
import type { JoinRecord, JoinStore, NewJoinRequest } from '../../ports/joining.ts';
import { changing } from './audit.ts';
import { rowOf, rowsOf } from './query.ts';

/** Open nonces of one gateway; a member asks for one at a time. */
const CHALLENGES_PER_GATEWAY_MAX = 20;

interface JoinRow {
  id: string;
  cluster_id: string;
  name: string;
  public_key: string;
  commitment: string;
  state: JoinRequestState;
  expires_at: Date;
  is_expired: boolean;
  answered_by: string | null;
  answer: string | null;
  opening: JoinOpening | null;
  sealed_key: string | null;
}

const selected = 'select *, expires_at <= now() as is_expired from join_request';

export function openJoinStore(pool: Pool): JoinStore {
  return {
    add: (request, audit) =>
      changing(
        pool,
        audit,
        (client) => add(client, request),
        (answer) => typeof answer === 'object',
      ),
    ofToken: async (id, tokenHash) =>
      fromRow(await rowOf<JoinRow>(pool, `${selected} where id = $1 and token_hash = $2`, [id, tokenHash])),
    inCluster: async (id, clusterId) =>
      fromRow(await rowOf<JoinRow>(pool, `${selected} where id = $1 and cluster_id = $2`, [id, clusterId])),
    pending: async (clusterId) =>
      (
        await rowsOf<JoinRow>(
          pool,
          `${selected} where cluster_id = $1 and state = 'waiting' and expires_at > now() order by expires_at`,
          [clusterId],
        )
      ).map(recordOf),
    move: ({ id, from, to }, { answeredBy, answer, opening, sealedKey }, audit) =>
      changing(
        pool,
        audit,
        async (client) => {
          const moved = await client.query(
            `update join_request set state = $3, answered_by = coalesce($4, answered_by), answer = coalesce($5, answer),
                    opening = coalesce($6, opening), sealed_key = coalesce($7, sealed_key)
              where id = $1 and state = $2 and expires_at > now()`,
            [id, from, to, answeredBy, answer, opening && JSON.stringify(opening), sealedKey],
          );
          return moved.rowCount === 1;
        },
        (moved) => moved,
      ),
    addChallenge: (gatewayId, nonce, lifetimeMs) => addChallenge(pool, gatewayId, nonce, lifetimeMs),
    useChallenge: async (gatewayId, nonce) => {
      const row = await rowOf<{ id: string; name: string; cluster_id: string; public_key: string }>(
        pool,
        `with used as (delete from gateway_challenge where nonce = $2 and gateway_id = $1 and expires_at > now() returning gateway_id)
         select g.id, g.name, g.cluster_id, g.public_key from gateway g join used on used.gateway_id = g.id
          where g.removed_at is null and not g.quarantined and g.session_host <> 'virtual'`,
        [gatewayId, nonce],
      );
      return (
        row && {
          gatewayId: row.id as GatewayId,
          name: row.name,
          clusterId: row.cluster_id as ClusterId,
          publicKey: row.public_key,
        }
      );
    },
  };
}

async function add(
  client: PoolClient,
  request: NewJoinRequest,
): Promise<{ expiresAt: Date } | 'token-wrong' | 'no-key' | 'name-taken'> {
  const cluster = await rowOf<{ id: string; has_key: boolean; name_taken: boolean }>(
    client,
    `select c.id, c.public_key is not null as has_key,
            exists (select 1 from gateway g where g.cluster_id = c.id and lower(g.name) = lower($2) and g.removed_at is null) as name_taken
       from enrolment_token t join gateway_cluster c on c.id = t.cluster_id
      where t.token_hash = $1 and t.used_at is null and t.expires_at > now() for update of t`,
    [request.tokenHash, request.name],
  );
  if (!cluster) return 'token-wrong';
  if (!cluster.has_key) return 'no-key';
  if (cluster.name_taken) return 'name-taken';
  await client.query('delete from join_request where token_hash = $1 or expires_at <= now()', [request.tokenHash]);
  const row = await rowOf<{ expires_at: Date }>(
    client,
    `insert into join_request (id, cluster_id, token_hash, name, public_key, commitment, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond') returning expires_at`,
    [
      request.id,
      cluster.id,
      request.tokenHash,
      request.name,
      request.publicKey,
      request.commitment,
      request.lifetimeMs,
    ],
  );
  return { expiresAt: (row as { expires_at: Date }).expires_at };
}

async function addChallenge(pool: Pool, gatewayId: string, nonce: string, lifetimeMs: number): Promise<boolean> {
  await pool.query(
    `delete from gateway_challenge where expires_at <= now() or nonce in
       (select nonce from gateway_challenge where gateway_id = $1 order by expires_at desc offset $2)`,
    [gatewayId, CHALLENGES_PER_GATEWAY_MAX - 1],
  );
  const added = await pool.query(
    `insert into gateway_challenge (nonce, gateway_id, expires_at)
     select $2, id, now() + $3 * interval '1 millisecond' from gateway where id = $1 and removed_at is null`,
    [gatewayId, nonce, lifetimeMs],
  );
  return added.rowCount === 1;
}

const fromRow = (row: JoinRow | undefined): JoinRecord | undefined => row && recordOf(row);

const recordOf = (row: JoinRow): JoinRecord => ({
  id: row.id,
  clusterId: row.cluster_id as ClusterId,
  name: row.name,
  publicKey: row.public_key,
  commitment: row.commitment,
  state: row.state,
  expiresAt: row.expires_at,
  isExpired: row.is_expired,
  answeredBy: row.answered_by,
  answer: row.answer,
  opening: row.opening,
  sealedKey: row.sealed_key,
});
