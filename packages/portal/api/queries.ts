import type { OperationInput } from '@deskhand/protocol/http/client.ts';
import type { RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** What the portal asks of the API, each with the key under which live events patch it. */
type RunsQuery = NonNullable<OperationInput<Routes['listRuns']>['query']>;
type AuditQuery = NonNullable<OperationInput<Routes['listAuditLog']>['query']>;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.whoAmI({ signal }),
  staleTime: 60_000,
  retry: false,
});

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.getSetup({ signal }),
  retry: false,
});

export const homeQuery = queryOptions({ queryKey: ['home'], queryFn: ({ signal }) => api.getHome({ signal }) });

export const runsQuery = (query: RunsQuery) =>
  queryOptions({
    queryKey: ['runs', query],
    queryFn: ({ signal }) => api.listRuns({ query, signal }),
    placeholderData: keepPreviousData,
  });

/** Below the key of the lists, so that what refreshes them counts anew. */
export const runCountQuery = (filter: RunFilterQuery) =>
  queryOptions({
    queryKey: ['runs', 'count', filter],
    queryFn: ({ signal }) => api.countRuns({ query: filter, signal }),
  });

export const runQuery = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: ({ signal }) => api.getRun({ params: { id }, signal }) });

export const runEventsQuery = (id: string) =>
  queryOptions({
    queryKey: ['run-events', id],
    queryFn: ({ signal }) => api.getRunEvents({ params: { id }, signal }),
  });

export const screenshotsQuery = (id: string) =>
  queryOptions({
    queryKey: ['run-screenshots', id],
    queryFn: ({ signal }) => api.listScreenshots({ params: { id }, signal }),
  });

export const explainQuery = (id: string) =>
  queryOptions({ queryKey: ['run-explain', id], queryFn: ({ signal }) => api.explainRun({ params: { id }, signal }) });

/** What was decided stays as it was. */
export const whyBeforeQuery = (first: string, other: string) =>
  queryOptions({
    queryKey: ['why-before', first, other],
    queryFn: ({ signal }) => api.whyBefore({ params: { id: first, other }, signal }),
  });

export const flowsQuery = queryOptions({
  queryKey: ['desktop-flows'],
  queryFn: ({ signal }) => api.listFlows({ signal }),
});

export const flowQuery = (id: string) =>
  queryOptions({ queryKey: ['desktop-flow', id], queryFn: ({ signal }) => api.getFlow({ params: { id }, signal }) });

export const scriptQuery = (id: string, version?: number) =>
  queryOptions({
    queryKey: ['desktop-flow-script', id, version ?? 'current'],
    queryFn: ({ signal }) => api.getScript({ params: { id }, query: version === undefined ? {} : { version }, signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['desktop-flow-versions', id],
    queryFn: ({ signal }) => api.listVersions({ params: { id }, signal }),
  });

export const actionsQuery = queryOptions({
  queryKey: ['actions'],
  queryFn: ({ signal }) => api.listActions({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const clustersQuery = queryOptions({
  queryKey: ['gateway-clusters'],
  queryFn: ({ signal }) => api.listClusters({ signal }),
});

export const gatewaysQuery = queryOptions({
  queryKey: ['gateways'],
  queryFn: ({ signal }) => api.listGateways({ signal }),
});

/** Asked anew with each event of a gateway, which may have added a line. */
export const gatewayHistoryQuery = (clusterId: string) =>
  queryOptions({
    queryKey: ['gateway-history', clusterId],
    queryFn: ({ signal }) => api.getClusterHistory({ params: { id: clusterId }, signal }),
  });

const CHECK_POLL_MS = 1_000;
/** Looked at again while the gateway is at it. */
export const gatewayCheckQuery = (id: string) =>
  queryOptions({
    queryKey: ['gateway-check', id],
    queryFn: ({ signal }) => api.getDoctor({ params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'asked' ? CHECK_POLL_MS : false),
  });

export const runMachineCheckQuery = (id: string) =>
  queryOptions({
    queryKey: ['run-machine-check', id],
    queryFn: ({ signal }) => api.getRunMachineCheck({ params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const hindsightQuery = (id: string) =>
  queryOptions({
    queryKey: ['run-hindsight', id],
    queryFn: ({ signal }) => api.getHindsight({ params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

const AGEING_LOOK_MS = 20_000;

export const runQueueQuery = (clusterId: string) =>
  queryOptions({
    queryKey: ['run-queue', clusterId],
    queryFn: ({ signal }) => api.getRunQueue({ params: { id: clusterId }, signal }),
    // A run ages without any event, and then stands further up.
    refetchInterval: ({ state }) => (state.data?.fairness.ageing ? AGEING_LOOK_MS : false),
  });

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => api.listConnections({ signal }),
});

/** Looked at again while the members are asked, in case a live event is missed. */
export const preflightQuery = (id: string) =>
  queryOptions({
    queryKey: ['preflight', id],
    queryFn: ({ signal }) => api.getPreflight({ params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'under-way' ? CHECK_POLL_MS : false),
  });

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: ({ signal }) => api.listAccounts({ signal }),
});

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => api.getSettings({ signal }),
});

export const recoveryQuery = queryOptions({
  queryKey: ['recovery'],
  queryFn: ({ signal }) => api.getRecovery({ signal }),
});

export const aboutQuery = queryOptions({ queryKey: ['about'], queryFn: ({ signal }) => api.getAbout({ signal }) });

export const tokensQuery = queryOptions({
  queryKey: ['api-tokens'],
  queryFn: ({ signal }) => api.listMyTokens({ signal }),
});

export const auditLogQuery = (query: AuditQuery) =>
  queryOptions({
    queryKey: ['audit-log', query],
    queryFn: ({ signal }) => api.listAuditLog({ query, signal }),
    placeholderData: keepPreviousData,
  });
