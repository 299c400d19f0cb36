import type { LiveViewStore } from '@deskhand/control-plane/ports/live-view.ts';
import type { StoreSession } from './server.ts';

export function openSimulatedLiveViewStore(session: StoreSession): LiveViewStore {
  const { database } = session.server;
  return {
    screenOf: (runId) =>
      session.run('screen-of-run', () => {
        const run = database.runs.get(runId);
        const cluster = database.clusters.get(run?.clusterId ?? '');
        if (run === undefined || cluster === undefined) return undefined;
        const gateway = database.gateways.get(run.gatewayId ?? '');
        return {
          attempt: run.attempt,
          state: run.state,
          submittedBy: run.submittedBy,
          clusterName: cluster.name,
          isAllowedByCluster: cluster.liveView,
          gateway:
            gateway?.removedAtMs === null
              ? {
                  id: gateway.id,
                  name: gateway.name,
                  isOnline: gateway.linkedTo !== null && gateway.unreachableSinceMs === null,
                  linkVersion: gateway.linkVersion,
                }
              : null,
        };
      }),
    note: (audit) => session.run('note-watching', () => database.addAudit(audit)),
  };
}
