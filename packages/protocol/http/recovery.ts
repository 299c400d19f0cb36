import Type, { type Static } from 'typebox';
import { id, name, oneOf, orNull, page, pageOf, route, time } from './route.ts';
import { runModes } from './runs.ts';

export const AwaitedGateway = Type.Object({
  gatewayId: id,
  name,
  clusterId: id,
  clusterName: name,
  status: oneOf(['online', 'offline']),
  lastSeenAt: orNull(time),
});

export const Recovery = Type.Object({
  /** True while a cluster is offered nothing because journals are missing. */
  recovering: Type.Boolean(),
  since: orNull(time),
  because: orNull(oneOf(['restored', 'set-back'])),
  /** When the backup was taken that was restored. */
  backupTakenAt: orNull(time),
  /** The gateway whose memory showed that the database was set back. */
  shownBy: orNull(Type.String()),
  awaited: Type.Array(AwaitedGateway),
  /** Runs that only gateways' journals know. */
  journalOnlyRuns: Type.Integer(),
});
export type Recovery = Static<typeof Recovery>;

export const JournalOnlyRun = Type.Object({
  runId: id,
  attempt: Type.Integer(),
  gatewayId: id,
  gatewayName: Type.String(),
  flowName: orNull(Type.String()),
  mode: orNull(oneOf(runModes)),
  accountName: orNull(Type.String()),
  requestedBy: orNull(Type.String()),
  startedAt: orNull(time),
  phase: Type.String(),
  /** How it ended; null while it has not, or nobody knows. */
  outcome: orNull(Type.String()),
  errorCode: orNull(Type.String()),
});
export type JournalOnlyRun = Static<typeof JournalOnlyRun>;

export const JOURNAL_ONLY_RUNS_PER_PAGE_MAX = 1_000;

export const recoveryRoutes = {
  getRecovery: route('GET', '/recovery', {
    permission: 'gateway.read',
    summary: 'After a restore: whose journals are still missing',
    reply: Recovery,
  }),
  listJournalOnlyRuns: route('GET', '/recovery/runs', {
    permission: 'run.read',
    summary: 'Runs submitted since the backup, as the gateways’ journals name them, newest first',
    // A page may be longer than elsewhere, because the command line of a release before asks for all of them at once.
    query: Type.Object({
      cursor: page.cursor,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: JOURNAL_ONLY_RUNS_PER_PAGE_MAX })),
    }),
    reply: pageOf(JournalOnlyRun),
  }),
  acceptRecoveryRisk: route('POST', '/recovery/accept', {
    permission: 'gateway.admin',
    summary: 'Go on without the journals of these gateways: what they started may start again',
    body: Type.Object({ gatewayIds: Type.Array(id, { minItems: 1, maxItems: 10_000 }) }),
    reply: Recovery,
    status: 200,
  }),
};
