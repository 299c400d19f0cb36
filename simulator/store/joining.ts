import type { JoinRecord, JoinStore } from '@deskhand/control-plane/ports/joining.ts';
import type { SimulatedDatabase } from './database.ts';
import { useToken } from './enrolment.ts';
import { isTaken } from './named-rows.ts';
import type { JoinRequestRow } from './rows.ts';
import type { StoreSession } from './server.ts';

/** Open nonces of one gateway. */
const CHALLENGES_PER_GATEWAY_MAX = 20;

export function openSimulatedJoinStore(session: StoreSession): JoinStore {
  const { database } = session.server;
  return {
    add: (request, audit) =>
      session.run('add-join-request', () => {
        const answer = add(database, request);
        if (typeof answer === 'object') database.addAudit(audit);
        return answer;
      }),
    ofToken: (id, tokenHash) =>
      session.run('join-of-token', () => {
        const row = database.joinRequests.get(id);
        return row?.tokenHash === tokenHash.toString('hex') ? recordOf(database, row) : undefined;
      }),
    inCluster: (id, clusterId) =>
      session.run('join-in-cluster', () => {
        const row = database.joinRequests.get(id);
        return row?.clusterId === clusterId ? recordOf(database, row) : undefined;
      }),
    pending: (clusterId) =>
      session.run('pending-joins', () =>
        [...database.joinRequests.values()]
          .filter((row) => row.clusterId === clusterId && row.state === 'waiting')
          .filter((row) => row.expiresAtMs > database.nowMs())
          .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
          .map((row) => recordOf(database, row)),
      ),
    move: ({ id, from, to }, change, audit) =>
      session.run('move-join-request', () => {
        const row = database.joinRequests.get(id);
        if (row?.state !== from || row.expiresAtMs <= database.nowMs()) return false;
        database.joinRequests.set(id, { ...row, ...change, state: to });
        database.addAudit(audit);
        return true;
      }),
    addChallenge: async (gatewayId, nonce, lifetimeMs) => {
      await session.run('drop-challenges', () => dropChallenges(database, gatewayId));
      return await session.run('add-challenge', () => {
        const gateway = database.gateways.get(gatewayId);
        if (gateway?.removedAtMs !== null) return false;
        const expiresAtMs = database.nowMs() + lifetimeMs;
        database.challenges.set(nonce, { nonce, gatewayId: gateway.id, expiresAtMs });
        return true;
      });
    },
    useChallenge: (gatewayId, nonce) =>
      session.run('use-challenge', () => {
        const challenge = database.challenges.get(nonce);
        if (challenge?.gatewayId !== gatewayId || challenge.expiresAtMs <= database.nowMs()) return undefined;
        database.challenges.delete(nonce);
        const gateway = database.gateways.get(gatewayId);
        const holdsKey = gateway?.removedAtMs === null && !gateway.quarantined && gateway.sessionHost !== 'virtual';
        if (!holdsKey) return undefined;
        const { id, name, clusterId, publicKey } = gateway;
        return { gatewayId: id, name, clusterId, publicKey };
      }),
  };
}

function add(
  database: SimulatedDatabase,
  { id, tokenHash, name, publicKey, commitment, lifetimeMs }: Parameters<JoinStore['add']>[0],
): Awaited<ReturnType<JoinStore['add']>> {
  const token = useToken(database, tokenHash);
  const cluster = token && database.clusters.get(token.clusterId);
  if (token === undefined || cluster === undefined) return 'token-wrong';
  if (cluster.publicKey === null) return 'no-key';
  if (isTaken(database.membersOf(cluster.id), { id, name })) return 'name-taken';
  const nowMs = database.nowMs();
  for (const old of [...database.joinRequests.values()])
    if (old.tokenHash === token.tokenHash || old.expiresAtMs <= nowMs) database.joinRequests.delete(old.id);
  const row: JoinRequestRow = {
    ...{ id, name, publicKey, commitment, clusterId: cluster.id, tokenHash: token.tokenHash },
    ...{ state: 'waiting', answeredBy: null, answer: null, opening: null, sealedKey: null },
    expiresAtMs: nowMs + lifetimeMs,
  };
  database.joinRequests.set(id, row);
  return { expiresAt: new Date(row.expiresAtMs) };
}

function dropChallenges(database: SimulatedDatabase, gatewayId: string): void {
  const all = [...database.challenges.values()];
  const surplus = all
    .filter((one) => one.gatewayId === gatewayId)
    .sort((a, b) => b.expiresAtMs - a.expiresAtMs)
    .slice(CHALLENGES_PER_GATEWAY_MAX - 1);
  const old = all.filter((one) => one.expiresAtMs <= database.nowMs());
  for (const { nonce } of [...old, ...surplus]) database.challenges.delete(nonce);
}

function recordOf(database: SimulatedDatabase, row: JoinRequestRow): JoinRecord {
  const { tokenHash: _hash, expiresAtMs, ...record } = row;
  return { ...record, expiresAt: new Date(expiresAtMs), isExpired: expiresAtMs <= database.nowMs() };
}
