import type { Handlers } from './handler-types.ts';
import { settleQueue } from './queue.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

type SystemOperations =
  | 'getHome'
  | 'events'
  | 'listAuditLog'
  | 'getSettings'
  | 'updateSettings'
  | 'getAbout'
  | 'getRecovery'
  | 'listJournalOnlyRuns'
  | 'acceptRecoveryRisk'
  | 'describeEnrolment'
  | 'enrolGateway';

const DAY_MS = 86_400_000;
const LINES_ON_HOME = 5;

/** This server was never restored. */
const noRecovery = {
  recovering: false,
  since: null,
  because: null,
  backupTakenAt: null,
  shownBy: null,
  awaited: [],
  journalOnlyRuns: 0,
};

export function systemHandlers(world: World): Handlers<SystemOperations> {
  return {
    getHome: () => {
      for (const cluster of world.clusters) settleQueue(world, cluster.id);
      const dayAgo = new Date(Date.now() - DAY_MS).toISOString();
      const running = world.runs.filter((run) => ['starting', 'running', 'cancelling'].includes(run.state));
      const waiting = world.runs.filter((run) => run.state === 'queued' || run.state === 'offered');
      const failed = world.runs.filter(
        (run) => ['failed', 'timedOut', 'uncertain'].includes(run.state) && (run.endedAt ?? '') >= dayAgo,
      );
      return {
        running: running.length,
        waiting: waiting.length,
        failed24h: failed.length,
        gatewaysOnline: world.gateways.filter((gateway) => gateway.status === 'online').length,
        gatewaysAll: world.gateways.length,
        runningRuns: running.slice(0, LINES_ON_HOME),
        waitingRuns: waiting.toSorted((a, b) => a.requestNumber - b.requestNumber).slice(0, LINES_ON_HOME),
        failedRuns: failed.slice(0, LINES_ON_HOME),
        myRuns: world.runs.filter((run) => run.submittedBy.id === world.me.id).slice(0, LINES_ON_HOME),
        firstSteps: {
          ranExample: world.runs.length > 0,
          hasOwnFlow: world.flows.some((stored) => stored.flow.id !== 'flow-hello'),
          hasSignInGateway: world.gateways.some((gateway) => gateway.sessionHost === 'linux'),
        },
      };
    },
    events: () => {
      throw new Refusal('route-not-found');
    },
    listAuditLog: ({ query }) => {
      const matching = world.audit.filter(
        ({ actor, actorName, object }) =>
          `${actor} ${actorName ?? ''}`.toLowerCase().includes((query.actor ?? '').toLowerCase()) &&
          object.includes(query.object ?? ''),
      );
      const start = Number(query.cursor ?? 0);
      const end = start + (query.limit ?? 50);
      return { items: matching.slice(start, end), nextCursor: end < matching.length ? String(end) : null };
    },
    getRecovery: () => noRecovery,
    listJournalOnlyRuns: () => ({ items: [], nextCursor: null }),
    acceptRecoveryRisk: () => noRecovery,
    getSettings: () => world.settings,
    updateSettings: ({ body }) => {
      world.settings = { ...world.settings, ...body };
      return world.settings;
    },
    getAbout: () => ({
      version: '0.1.0 (simulated)',
      postgres: '18.4 (simulated)',
      startedAt: new Date(Date.now() - DAY_MS).toISOString(),
      status: [
        {
          feature: 'Cloud flows',
          state: 'not yet there',
          note: 'Definitions are read and checked; nothing triggers them.',
        },
        { feature: 'Schedules', state: 'not yet there', note: '' },
        { feature: 'Windows machines', state: 'unverified', note: 'The session rules are rehearsed on Linux.' },
      ],
    }),
    describeEnrolment: () => {
      throw new Refusal('enrolment-token-wrong');
    },
    enrolGateway: () => {
      throw new Refusal('enrolment-token-wrong');
    },
  };
}
