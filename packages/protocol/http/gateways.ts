import Type, { type Static } from 'typebox';
import { rehearsals } from '@deskhand/domain/session/machine.ts';
import { negotiationPolicies } from '@deskhand/domain/session/negotiation/question.ts';
import { limits } from '../limits.ts';
import { FairnessSettings } from './fairness.ts';
import { id, idParams, listOf, name, oneOf, orNull, route, time } from './route.ts';

export const machinePolicies = ['single-session', 'multi-session', 'linux', 'virtual'] as const;

export const Session = Type.Object({
  id: Type.String({ maxLength: 128 }),
  user: Type.String({ maxLength: 256 }),
  uid: orNull(Type.Integer()),
  state: oneOf(['active', 'inactive', 'disconnected']),
  locked: Type.Union([Type.Boolean(), Type.Literal('unknown')]),
  ours: Type.Boolean(),
  runId: orNull(id),
  display: orNull(Type.String({ maxLength: 128 })),
  type: oneOf(['x11', 'wayland', 'console', 'rdp', 'other']),
});

export const Machine = Type.Object({
  operatingSystem: Type.String({ maxLength: 200 }),
  policy: oneOf(machinePolicies),
  /** The Windows rule that an admin had this Linux machine obey; null when it is what it is. */
  rehearsal: orNull(oneOf(rehearsals)),
  sessions: Type.Array(Session, { maxItems: 500 }),
  sessionLimit: Type.Integer(),
  slotsInUse: Type.Integer(),
  canUnattended: Type.Boolean(),
  canAttended: Type.Boolean(),
  missing: Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 50 }),
});

export const healthWords = [
  'Quarantined',
  'Disabled',
  'Maintenance',
  'Set aside',
  'Offline',
  'Unreachable',
  'Starting',
  'Needs attention',
  'Online',
] as const;

const note = Type.String({ maxLength: limits.MAINTENANCE_NOTE_LENGTH_MAX });

export const Gateway = Type.Object({
  id,
  name,
  clusterId: id,
  clusterName: name,
  order: Type.Integer(),
  status: oneOf(['online', 'offline']),
  enabled: Type.Boolean(),
  quarantined: Type.Boolean(),
  /** What runs there goes on, nothing new is offered; the note says why. */
  maintenance: orNull(Type.Object({ since: time, note })),
  /** It fails runs that others do not: only canary sign-ins are offered to it, until enough of them succeed. */
  setAside: orNull(
    Type.Object({
      since: time,
      canariesPassed: Type.Integer(),
      canariesToPass: Type.Integer(),
      nextCanaryAt: orNull(time),
    }),
  ),
  /** The word beside its name, and what to check or put right, and by whom. */
  health: Type.Object({
    word: oneOf(healthWords),
    advice: Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 60 }),
  }),
  policyOverride: orNull(oneOf(rehearsals)),
  capacityOverride: orNull(Type.Integer()),
  version: Type.String({ maxLength: 60 }),
  sessionHost: oneOf(['linux', 'virtual', 'windows']),
  machine: orNull(Machine),
  lastSeenAt: orNull(time),
  unreachableSince: orNull(time),
  enrolledAt: time,
  journalFault: orNull(Type.String({ maxLength: 500 })),
  /** How far its machine's clock is ahead of the server's, below zero behind; null until it has told its time. */
  clockSkewMs: orNull(Type.Integer()),
});
export type Gateway = Static<typeof Gateway>;

export const GatewayCluster = Type.Object({
  id,
  name,
  runOnAllGateways: Type.Boolean(),
  selection: oneOf(['random', 'leastBusy']),
  startDeadlineMs: Type.Integer(),
  accountRule: oneOf(['same', 'serviceAccounts']),
  serviceAccounts: Type.Array(Type.String({ maxLength: 256 })),
  /** Whoever submitted a run, and admins, may watch its screen. */
  liveView: Type.Boolean(),
  /** X25519 public key that passwords are sealed to, base64url; null until a gateway that signs in has enrolled. */
  publicKey: orNull(Type.String({ maxLength: 200 })),
  keyFingerprint: orNull(Type.String({ maxLength: 100 })),
  sharedWith: Type.Array(id),
  /** Whether people whose sessions keep runs from starting are asked to sign out, and again after nobody answered. */
  negotiation: oneOf(negotiationPolicies),
  fairness: FairnessSettings,
  members: Type.Integer(),
  online: Type.Integer(),
  waiting: Type.Integer(),
  running: Type.Integer(),
});
export type GatewayCluster = Static<typeof GatewayCluster>;

const clusterSettings = Type.Object({
  name,
  runOnAllGateways: Type.Boolean(),
  selection: oneOf(['random', 'leastBusy']),
  startDeadlineMs: Type.Integer({ minimum: 60_000, maximum: 30 * 86_400_000 }),
  accountRule: oneOf(['same', 'serviceAccounts']),
  serviceAccounts: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 200 }),
  liveView: Type.Boolean(),
  sharedWith: Type.Array(id, { maxItems: 500 }),
  negotiation: oneOf(negotiationPolicies),
  /** Replaces all of it. */
  fairness: FairnessSettings,
});

export const EnrolRequest = Type.Object({
  token: Type.String({ maxLength: 200 }),
  name,
  /** Ed25519 public key of the gateway, base64url of the raw 32 bytes. */
  publicKey: Type.String({ minLength: 40, maxLength: 60 }),
  /** Signature by that key over `deskhand-enrol\n<token>\n<name>\n<publicKey>`. */
  proof: Type.String({ maxLength: 200 }),
  sessionHost: oneOf(['linux', 'virtual', 'windows']),
  version: Type.String({ maxLength: 60 }),
  /** From the first member that signs accounts in. Absent for `virtual`, which never holds a cluster key. */
  clusterPublicKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })),
  /**
   * The cluster's private key, encrypted on the machine with the recovery key, which the server never sees. Kept for the
   * next member, who opens it with the recovery key; to the server it is an opaque text.
   */
  encryptedClusterKey: Type.Optional(Type.String({ maxLength: 2000 })),
  /** An account that `deskhand up` offers so that the example can run at once. */
  tryConnection: Type.Optional(
    Type.Object({
      accountName: Type.String({ maxLength: 256 }),
      sealed: orNull(Type.String({ maxLength: limits.SEALED_BYTES_MAX })),
    }),
  ),
});
export type EnrolRequest = Static<typeof EnrolRequest>;

export const gatewayRoutes = {
  listClusters: route('GET', '/gateway-clusters', {
    permission: 'gateway.read',
    summary: 'All gateway clusters',
    reply: listOf(GatewayCluster),
  }),
  createCluster: route('POST', '/gateway-clusters', {
    permission: 'gateway.admin',
    summary: 'Make a gateway cluster',
    body: Type.Object({ name }),
    reply: GatewayCluster,
  }),
  getCluster: route('GET', '/gateway-clusters/{id}', {
    permission: 'gateway.read',
    summary: 'One gateway cluster',
    params: idParams,
    reply: GatewayCluster,
  }),
  updateCluster: route('PATCH', '/gateway-clusters/{id}', {
    permission: 'gateway.admin',
    summary: 'Change its settings',
    params: idParams,
    body: Type.Partial(clusterSettings),
    reply: GatewayCluster,
  }),
  deleteCluster: route('DELETE', '/gateway-clusters/{id}', {
    permission: 'gateway.admin',
    summary: 'Delete an empty cluster',
    params: idParams,
  }),
  createEnrolmentToken: route('POST', '/gateway-clusters/{id}/enrolment-tokens', {
    permission: 'gateway.admin',
    summary: 'Make a one-time enrolment token, good for one hour',
    params: idParams,
    reply: Type.Object({ token: Type.String(), expiresAt: time, command: Type.String() }),
  }),
  describeEnrolment: route('POST', '/gateways/enrolment', {
    permission: 'public',
    summary: 'What an enrolment token leads to: the cluster and its key (the token proves the asker)',
    body: Type.Object({ token: Type.String({ maxLength: 200 }) }),
    reply: Type.Object({
      clusterId: id,
      clusterName: name,
      clusterPublicKey: orNull(Type.String()),
      /** What the first member stored; worth nothing without the recovery key. */
      encryptedClusterKey: Type.Optional(orNull(Type.String({ maxLength: 2000 }))),
    }),
    status: 200,
  }),
  enrolGateway: route('POST', '/gateways', {
    permission: 'public',
    summary: 'Enrol a machine with a one-time token',
    body: EnrolRequest,
    reply: Type.Object({ gatewayId: id, clusterId: id, clusterName: name, clusterPublicKey: orNull(Type.String()) }),
  }),
  listGateways: route('GET', '/gateways', {
    permission: 'gateway.read',
    summary: 'All gateways',
    query: Type.Object({ cluster: Type.Optional(id) }),
    reply: listOf(Gateway),
  }),
  getGateway: route('GET', '/gateways/{id}', {
    permission: 'gateway.read',
    summary: 'One gateway',
    params: idParams,
    reply: Gateway,
  }),
  updateGateway: route('PATCH', '/gateways/{id}', {
    permission: 'gateway.admin',
    summary: 'Enable, disable, begin or end maintenance, order, rehearse a policy, set the capacity',
    params: idParams,
    body: Type.Partial(
      Type.Object({
        name,
        enabled: Type.Boolean(),
        /** Begins, gets another note, or with null ends. */
        maintenance: orNull(Type.Object({ note })),
        order: Type.Integer({ minimum: 0, maximum: 1000 }),
        policyOverride: orNull(oneOf(rehearsals)),
        capacityOverride: orNull(Type.Integer({ minimum: 1, maximum: 500 })),
      }),
    ),
    reply: Gateway,
  }),
  removeGateway: route('DELETE', '/gateways/{id}', {
    permission: 'gateway.admin',
    summary: 'Remove a gateway; unfinished runs become uncertain and need confirmation',
    params: idParams,
    query: Type.Object({ confirm: Type.Optional(oneOf(['yes'])) }),
  }),
  declareGone: route('POST', '/gateways/{id}/declare-gone', {
    permission: 'gateway.admin',
    summary: 'Declare the machine gone: its unfinished runs become uncertain now',
    params: idParams,
    reply: Type.Object({ uncertain: Type.Integer() }),
    status: 200,
  }),
};
