import type { ClusterId } from '@deskhand/domain/brand.ts';
import { isFair, problemOf } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type {
  ClusterChange,
  ClusterStore,
  ClusterSummary,
  GatewayChange,
  GatewayRecord,
} from '../../ports/clusters.ts';
import { type KnownAccounts, refusedAccounts } from '../accounts/known-accounts.ts';
import { newId, newSecret } from '../accounts/secrets.ts';
import { lookAnew, type LookAnewPorts } from '../run-queue/look-anew.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';

export const ENROLMENT_TOKEN_LIFETIME_MS = 3_600_000;

export interface ClusterPorts extends KnownAccounts, LookAnewPorts {
  readonly clusters: ClusterStore;
  /** Closes the link of a gateway that was removed. */
  readonly unlink: (gatewayId: string) => void;
}

export async function createCluster(
  ports: ClusterPorts,
  caller: Caller,
  name: string,
): Promise<Outcome<ClusterSummary>> {
  const cluster = { id: newId() as ClusterId, name, ownerId: caller.id };
  const answer = await ports.clusters.add(cluster, auditBy(caller, 'create', `gateway-cluster ${name}`));
  if (answer === 'name-taken') return refuse('conflict', { detail: 'A gateway cluster has this name already.' });
  tellOf(ports, cluster.id);
  return clusterById(ports, cluster.id);
}

export async function clusterById(ports: ClusterPorts, id: string): Promise<Outcome<ClusterSummary>> {
  const cluster = await ports.clusters.byId(id);
  return cluster ? done(cluster) : refuse('not-found', { what: 'gateway cluster' });
}

export async function updateCluster(
  ports: ClusterPorts,
  caller: Caller,
  id: string,
  change: ClusterChange,
): Promise<Outcome<ClusterSummary>> {
  const problem = change.fairness ? problemOf(change.fairness) : null;
  if (problem !== null) return refuse('invalid-request', { detail: problem });
  const unknown = await refusedAccounts(ports, change.sharedWith ?? []);
  if (unknown) return unknown;
  const answer = await ports.clusters.change(
    id,
    change.fairness && !isFair(change.fairness) ? { ...change, fairness: null } : change,
    auditBy(caller, 'update', `gateway-cluster ${id}`, { ...change }),
  );
  if (answer === 'not-found') return refuse('not-found', { what: 'gateway cluster' });
  if (answer === 'name-taken') return refuse('conflict', { detail: 'A gateway cluster has this name already.' });
  tellOf(ports, id);
  lookAnew(ports, id);
  return clusterById(ports, id);
}

export async function removeCluster(ports: ClusterPorts, caller: Caller, id: string): Promise<Outcome<null>> {
  const answer = await ports.clusters.remove(id, auditBy(caller, 'delete', `gateway-cluster ${id}`));
  if (answer === 'not-found') return refuse('not-found', { what: 'gateway cluster' });
  if (answer === 'not-empty') return refuse('cluster-not-empty');
  tellOf(ports, id);
  return done(null);
}

const tellOf = ({ changes }: ClusterPorts, id: string): void =>
  changes.publish({ kind: 'changed', what: 'gateway-cluster', id });

export interface NewEnrolmentToken {
  readonly token: string;
  readonly expiresAt: Date;
}

export async function createEnrolmentToken(
  ports: ClusterPorts,
  caller: Caller,
  clusterId: string,
): Promise<Outcome<NewEnrolmentToken>> {
  const cluster = await ports.clusters.byId(clusterId);
  if (!cluster) return refuse('not-found', { what: 'gateway cluster' });
  const { secret, hash } = newSecret('dhe');
  const token = {
    tokenHash: hash,
    clusterId: cluster.id,
    createdBy: caller.id,
    lifetimeMs: ENROLMENT_TOKEN_LIFETIME_MS,
  };
  const expiresAt = await ports.clusters.addEnrolmentToken(
    token,
    auditBy(caller, 'create', `enrolment-token of ${cluster.name}`),
  );
  return done({ token: secret, expiresAt });
}

export async function gatewayById(ports: ClusterPorts, id: string): Promise<Outcome<GatewayRecord>> {
  const gateway = await ports.clusters.gatewayById(id);
  return gateway ? done(gateway) : refuse('not-found', { what: 'gateway' });
}

export async function updateGateway(
  ports: ClusterPorts,
  caller: Caller,
  id: string,
  change: GatewayChange,
): Promise<Outcome<GatewayRecord>> {
  const answer = await ports.clusters.changeGateway(
    id,
    change,
    auditBy(caller, 'update', `gateway ${id}`, { ...change }),
  );
  if (answer === 'not-found') return refuse('not-found', { what: 'gateway' });
  if (answer === 'name-taken') return refuse('gateway-name-taken');
  const gateway = await gatewayById(ports, id);
  if (!gateway.ok) return gateway;
  ports.changes.publish({ kind: 'gateway', gatewayId: id });
  lookAnew(ports, gateway.value.clusterId);
  return gateway;
}

/** A gateway with unfinished runs is removed only after a confirmation, because they become uncertain. */
export async function removeGateway(
  ports: ClusterPorts,
  caller: Caller,
  id: string,
  confirmed: boolean,
): Promise<Outcome<null>> {
  const count = await ports.clusters.countUnfinishedRuns(id);
  if (count > 0 && !confirmed) return refuse('gateway-has-unfinished-runs', { count });
  const answer = await ports.clusters.removeGateway(
    id,
    auditBy(caller, 'remove', `gateway ${id}`, { uncertainRuns: count }),
  );
  if (answer === 'not-found') return refuse('not-found', { what: 'gateway' });
  ports.unlink(id);
  return done(null);
}

export async function declareGone(
  ports: ClusterPorts,
  caller: Caller,
  id: string,
): Promise<Outcome<{ uncertain: number }>> {
  const answer = await ports.clusters.declareGone(id, auditBy(caller, 'declare-gone', `gateway ${id}`));
  return answer === 'not-found' ? refuse('not-found', { what: 'gateway' }) : done(answer);
}
