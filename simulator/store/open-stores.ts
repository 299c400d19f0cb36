import type { Timers } from '@deskhand/protocol/timers.ts';
import { openSimulatedAccountStore } from './accounts.ts';
import { openSimulatedClusterStore } from './clusters.ts';
import { openSimulatedConnectionStore } from './connections.ts';
import { openSimulatedDecisionStore } from './decisions.ts';
import { openSimulatedFlowStore } from './flows.ts';
import {
  openSimulatedAuditReader,
  openSimulatedInstallationStore,
  openSimulatedOverviewStore,
} from './installation.ts';
import { openSimulatedChangeFeed, type NotificationChannel, type SimulatedChangeFeed } from './change-feed.ts';
import { openSimulatedGatewayLinkStore } from './gateway-links.ts';
import { openSimulatedJoinStore } from './joining.ts';
import { openSimulatedLiveViewStore } from './live-view.ts';
import { openSimulatedMachineCheckStore } from './machine-checks.ts';
import { openSimulatedPreflightStore } from './preflights.ts';
import { openSimulatedPredictionStore } from './predictions.ts';
import { openSimulatedRecoveryStore } from './recovery.ts';
import { openSimulatedReplicaStore, openSimulatedTurnStore } from './replicas.ts';
import { openSimulatedRunHistoryStore } from './run-history.ts';
import { openSimulatedRunQueueStore } from './run-queue.ts';
import { openSimulatedRunStore } from './runs.ts';
import { openSimulatedSickMemberStore } from './sick-members.ts';
import { openSimulatedSessionQuestionStore } from './session-questions.ts';
import { type SimulatedServer, StoreSession } from './server.ts';
import { openSimulatedDeadlineStore, openSimulatedRetentionStore } from './sweeps.ts';

/**
 * The store of one replica: every port over the simulated database that all replicas share. How long a call takes and what
 * goes wrong with it is drawn by the world; what it does, and what it answers, is what the PostgreSQL adapter does.
 */
export function openSimulatedStores(session: StoreSession) {
  return {
    accounts: openSimulatedAccountStore(session),
    installation: openSimulatedInstallationStore(session),
    audit: openSimulatedAuditReader(session),
    overview: openSimulatedOverviewStore(session),
    clusters: openSimulatedClusterStore(session),
    joins: openSimulatedJoinStore(session),
    connections: openSimulatedConnectionStore(session),
    flows: openSimulatedFlowStore(session),
    runs: openSimulatedRunStore(session),
    queue: openSimulatedRunQueueStore(session),
    predictions: openSimulatedPredictionStore(session),
    decisions: openSimulatedDecisionStore(session),
    history: openSimulatedRunHistoryStore(session),
    links: openSimulatedGatewayLinkStore(session),
    checks: openSimulatedMachineCheckStore(session),
    liveView: openSimulatedLiveViewStore(session),
    preflights: openSimulatedPreflightStore(session),
    sickMembers: openSimulatedSickMemberStore(session),
    questions: openSimulatedSessionQuestionStore(session),
    recovery: openSimulatedRecoveryStore(session),
    deadlines: openSimulatedDeadlineStore(session),
    retention: openSimulatedRetentionStore(session),
    replicas: openSimulatedReplicaStore(session),
    turns: openSimulatedTurnStore(session),
  };
}

export interface StoreReplica {
  readonly session: StoreSession;
  readonly stores: ReturnType<typeof openSimulatedStores>;
  readonly changes: SimulatedChangeFeed;
  /** The program is gone: no call of it ever answers, and what it had not sent is never carried out. */
  die(): void;
}

export function openStoreReplica(
  server: SimulatedServer,
  channel: NotificationChannel,
  { name, timers, connections }: { readonly name: string; readonly timers: Timers; readonly connections?: number },
): StoreReplica {
  const session = new StoreSession(server, connections);
  const changes = openSimulatedChangeFeed(session, channel, { name, timers });
  return {
    session,
    stores: openSimulatedStores(session),
    changes,
    die: () => {
      session.die();
      changes.drop();
    },
  };
}
