import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { GatewayEvent, sickMemberRoutes } from '@deskhand/protocol/http/sick-members.ts';
import type { GatewayRecord } from '../../ports/clusters.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import type { GatewayEventRecord } from '../../ports/sick-members.ts';
import {
  HISTORY_PAGE_MAX,
  type HistoryQuestion,
  historyOfCluster,
  historyOfGateway,
  putBack,
  setAside,
  type SickMemberPorts,
  tryNow,
} from '../../use-cases/gateways/sick-members.ts';
import { gatewayToWire } from './gateway-handlers.ts';
import { type HandlersOf, iso } from './handlers.ts';

export function sickMemberHandlers(
  ports: SickMemberPorts,
  { version }: { readonly version: string },
): HandlersOf<typeof sickMemberRoutes> {
  const gatewayReply = (answer: Outcome<GatewayRecord>): Outcome<Gateway> =>
    answer.ok ? done(gatewayToWire(answer.value, version)) : answer;
  return {
    setGatewayAside: async ({ caller, params }) => gatewayReply(await setAside(ports, caller, params.id)),
    putGatewayBack: async ({ caller, params }) => gatewayReply(await putBack(ports, caller, params.id)),
    tryGatewayNow: async ({ caller, params }) => gatewayReply(await tryNow(ports, caller, params.id)),
    getGatewayHistory: async ({ params, query }) => historyReply(await historyOfGateway(ports, params.id, page(query))),
    getClusterHistory: async ({ params, query }) => historyReply(await historyOfCluster(ports, params.id, page(query))),
  };
}

const page = (query: { readonly before?: number; readonly limit?: number }): HistoryQuestion => ({
  before: query.before ?? null,
  limit: query.limit ?? HISTORY_PAGE_MAX,
});

const historyReply = (answer: Outcome<readonly GatewayEventRecord[]>): Outcome<{ items: GatewayEvent[] }> =>
  answer.ok ? done({ items: answer.value.map((event) => ({ ...event, at: iso(event.at) })) }) : answer;
