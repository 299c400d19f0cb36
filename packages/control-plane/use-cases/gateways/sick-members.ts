import { freshCanaryState } from '@deskhand/domain/gateway/canary.ts';
import { PUT_BACK_BY_HAND, SET_ASIDE_BY_HAND } from '@deskhand/domain/gateway/sickness-texts.ts';
import type { ClusterStore, GatewayRecord } from '../../ports/clusters.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { GatewayEventRecord, SickMemberStore } from '../../ports/sick-members.ts';
import { lookAnew } from '../run-queue/look-anew.ts';

/** Events that one page of a history holds. */
export const HISTORY_PAGE_MAX = 100;

export interface SickMemberPorts {
  readonly clusters: Pick<ClusterStore, 'gatewayById' | 'byId'>;
  readonly sickMembers: SickMemberStore;
  readonly changes: Pick<ChangeFeed, 'publish'>;
  readonly wake: (clusterId: string) => void;
}

export async function setAside(ports: SickMemberPorts, caller: Caller, id: string): Promise<Outcome<GatewayRecord>> {
  const note = { event: 'set-aside', detail: SET_ASIDE_BY_HAND, actor: caller.name } as const;
  const by = { audit: auditBy(caller, 'set-aside', `gateway ${id}`) };
  const answer = await ports.sickMembers.setAside(id, freshCanaryState, note, by);
  if (answer === 'is-already') return refuse('conflict', { detail: 'The gateway is set aside already.' });
  return await changed(ports, id, answer);
}

export async function putBack(ports: SickMemberPorts, caller: Caller, id: string): Promise<Outcome<GatewayRecord>> {
  const note = { event: 'put-back', detail: PUT_BACK_BY_HAND, actor: caller.name } as const;
  return await changed(
    ports,
    id,
    await ports.sickMembers.putBack(id, note, auditBy(caller, 'put-back', `gateway ${id}`)),
  );
}

/** Whoever has mended a machine does not wait for its next canary. */
export async function tryNow(ports: SickMemberPorts, caller: Caller, id: string): Promise<Outcome<GatewayRecord>> {
  return await changed(ports, id, await ports.sickMembers.hurry(id, auditBy(caller, 'canary', `gateway ${id}`)));
}

async function changed(ports: SickMemberPorts, id: string, answer: string): Promise<Outcome<GatewayRecord>> {
  if (answer === 'is-not') return refuse('conflict', { detail: 'The gateway is not set aside.' });
  const gateway = answer === 'not-found' ? undefined : await ports.clusters.gatewayById(id);
  if (gateway === undefined) return refuse('not-found', { what: 'gateway' });
  ports.changes.publish({ kind: 'gateway', gatewayId: id });
  lookAnew(ports, gateway.clusterId);
  return done(gateway);
}

export interface HistoryQuestion {
  readonly before: number | null;
  readonly limit: number;
}

export async function historyOfGateway(
  ports: SickMemberPorts,
  id: string,
  question: HistoryQuestion,
): Promise<Outcome<readonly GatewayEventRecord[]>> {
  if ((await ports.clusters.gatewayById(id)) === undefined) return refuse('not-found', { what: 'gateway' });
  return done(await ports.sickMembers.history({ ...question, gatewayId: id, clusterId: null }));
}

export async function historyOfCluster(
  ports: SickMemberPorts,
  id: string,
  question: HistoryQuestion,
): Promise<Outcome<readonly GatewayEventRecord[]>> {
  if ((await ports.clusters.byId(id)) === undefined) return refuse('not-found', { what: 'gateway cluster' });
  return done(await ports.sickMembers.history({ ...question, clusterId: id, gatewayId: null }));
}
