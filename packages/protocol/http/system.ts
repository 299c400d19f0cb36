import Type, { type Static } from 'typebox';
import { Gateway } from './gateways.ts';
import { id, listOf, oneOf, orNull, page, pageOf, route, time } from './route.ts';
import { Run } from './runs.ts';

export const AuditEntry = Type.Object({
  number: Type.Integer(),
  at: time,
  /** The e-mail of an account, or what acted by itself: `gateway NAME`. */
  actor: Type.String(),
  /** The account's name as it is now. */
  actorName: orNull(Type.String()),
  verb: Type.String(),
  object: Type.String(),
  /** What changed, without secrets. */
  detail: Type.Record(Type.String(), Type.Unknown()),
  origin: Type.String(),
});

/** A petabyte: above it a cap is no cap. */
const STORE_BYTES_MAX = 1_000_000_000_000_000;

export const Settings = Type.Object({
  allowedDomains: Type.Array(Type.String({ maxLength: 253, pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$' }), {
    maxItems: 50,
  }),
  runRetentionDays: Type.Integer({ minimum: 1, maximum: 3650 }),
  /** How long planning decisions are kept, to answer why one run went before another; zero keeps none. */
  decisionRetentionDays: Type.Integer({ minimum: 0, maximum: 3650 }),
  logBytesMax: Type.Integer({ minimum: 1_000_000, maximum: STORE_BYTES_MAX }),
  screenshotBytesMax: Type.Integer({ minimum: 1_000_000, maximum: STORE_BYTES_MAX }),
  /** Null is unlimited (S54). */
  unattendedAddOns: orNull(Type.Integer({ minimum: 0, maximum: 100_000 })),
});
export type Settings = Static<typeof Settings>;

/**
 * One event of the live stream. It names what changed; `data` carries the new value for runs and gateways, so that a page
 * patches rows without asking again. `Last-Event-ID` resumes; after a gap too old to resume comes `reload`.
 */
export const LiveEvent = Type.Union([
  Type.Object({ type: Type.Literal('run'), data: Run }),
  Type.Object({
    type: Type.Literal('run-log'),
    data: Type.Object({ runId: id, attempt: Type.Integer(), lastSeq: Type.Integer() }),
  }),
  Type.Object({ type: Type.Literal('run-queue'), data: Type.Object({ clusterId: id, version: Type.Integer() }) }),
  Type.Object({ type: Type.Literal('gateway'), data: Gateway }),
  Type.Object({
    type: Type.Literal('changed'),
    data: Type.Object({ what: oneOf(['desktop-flow', 'connection', 'gateway-cluster', 'account', 'settings']), id }),
  }),
  Type.Object({ type: Type.Literal('reload'), data: Type.Object({}) }),
]);
export type LiveEvent = Static<typeof LiveEvent>;

export const systemRoutes = {
  getHome: route('GET', '/home', {
    permission: 'signed-in',
    summary: 'What runs, what waits, what failed, and the first steps',
    reply: Type.Object({
      running: Type.Integer(),
      waiting: Type.Integer(),
      failed24h: Type.Integer(),
      gatewaysOnline: Type.Integer(),
      gatewaysAll: Type.Integer(),
      runningRuns: Type.Array(Run),
      waitingRuns: Type.Array(Run),
      failedRuns: Type.Array(Run),
      myRuns: Type.Array(Run),
      firstSteps: Type.Object({
        ranExample: Type.Boolean(),
        hasOwnFlow: Type.Boolean(),
        hasSignInGateway: Type.Boolean(),
      }),
    }),
  }),
  events: route('GET', '/events', {
    permission: 'signed-in',
    summary: 'Live events as server-sent events, one JSON LiveEvent each',
    contentType: 'text/event-stream',
    reply: Type.Unknown(),
  }),
  listAuditLog: route('GET', '/audit-log', {
    permission: 'audit.read',
    summary: 'Every change, newest first',
    query: Type.Object({
      actor: Type.Optional(Type.String({ maxLength: 254 })),
      object: Type.Optional(Type.String({ maxLength: 200 })),
      ...page,
    }),
    reply: pageOf(AuditEntry),
  }),
  getSettings: route('GET', '/settings', { permission: 'signed-in', summary: 'Settings', reply: Settings }),
  updateSettings: route('PATCH', '/settings', {
    permission: 'settings.admin',
    summary: 'Change settings',
    body: Type.Partial(Settings),
    reply: Settings,
  }),
  getAbout: route('GET', '/about', {
    permission: 'signed-in',
    summary: 'Version, database, what is not yet there',
    reply: Type.Object({
      version: Type.String(),
      postgres: Type.String(),
      startedAt: time,
      status: listOf(Type.Object({ feature: Type.String(), state: Type.String(), note: Type.String() })).properties
        .items,
    }),
  }),
};
