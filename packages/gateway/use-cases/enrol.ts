import type { EnrolRequest } from '@deskhand/protocol/http/gateways.ts';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import { makeSealingKey, seal, tryConnectionSealContext } from '@deskhand/protocol/seal.ts';
import type { EnrolmentServer, EnrolmentTarget, TryAccount } from '../ports/enrolment.ts';
import type { ClusterKey, GatewayIdentity, GatewayKey, RecoveryKeys } from '../ports/identity.ts';
import type { JoinByCodeAnswer } from './join-by-code.ts';

export interface EnrolmentWish {
  readonly token: string;
  readonly name: string;
  readonly serverUrl: string;
  readonly fingerprint: string | null;
  readonly sessionHost: 'linux' | 'virtual';
  /** From the admin, where the cluster has members already; without it a code is confirmed at a member. */
  readonly recoveryKey: string | null;
  readonly version: string;
}
export interface EnrolPorts {
  readonly server: EnrolmentServer;
  readonly key: GatewayKey;
  readonly recovery: RecoveryKeys;
  readonly tryAccount: ((clusterId: string) => TryAccount) | null;
  /** Asks a member for the cluster's key; null where nobody would be there to confirm. */
  readonly joinByCode: ((target: KeyedTarget) => Promise<JoinByCodeAnswer>) | null;
}
/** A cluster that has members which hold its key. */
export type KeyedTarget = EnrolmentTarget & { readonly clusterPublicKey: string };
type NoKey = 'cluster-key-needed' | Extract<JoinByCodeAnswer, { ok: false }>['because'];

export type EnrolAnswer =
  | {
      readonly ok: true;
      readonly identity: GatewayIdentity;
      /** Made here and shown once; null when the cluster had one. */
      readonly newRecoveryKey: string | null;
    }
  | { readonly ok: false; readonly because: NoKey };

/** Makes this machine a member of a cluster. The private halves of its keys stay here, or leave only encrypted. */
export async function enrol(ports: EnrolPorts, wish: EnrolmentWish): Promise<EnrolAnswer> {
  const target = await ports.server.describe(wish.token);
  const held = await clusterKeyFor(ports, wish, target);
  if (!held.ok) return held;
  const { clusterKey, newRecoveryKey } = held;
  const request: EnrolRequest = {
    token: wish.token,
    name: wish.name,
    publicKey: ports.key.publicKey,
    proof: ports.key.sign(enrolProofText({ token: wish.token, name: wish.name, publicKey: ports.key.publicKey })),
    sessionHost: wish.sessionHost,
    version: wish.version,
    ...(clusterKey ? { clusterPublicKey: clusterKey.publicKey } : {}),
    ...(clusterKey && newRecoveryKey
      ? { encryptedClusterKey: ports.recovery.encrypt(clusterKey, target.clusterId, newRecoveryKey) }
      : {}),
    ...(await tryConnection(ports, target, clusterKey)),
  };
  const { gatewayId } = await ports.server.enrol(request);
  const { name, serverUrl, fingerprint, sessionHost } = wish;
  const { clusterId, clusterName } = target;
  const identity = { gatewayId, name, clusterId, clusterName, serverUrl, fingerprint, sessionHost, clusterKey };
  return { ok: true, identity, newRecoveryKey };
}

type HeldKey =
  | { readonly ok: true; readonly clusterKey: ClusterKey | null; readonly newRecoveryKey: string | null }
  | { readonly ok: false; readonly because: NoKey };

/** The first member makes the cluster's key; a later one opens it with the recovery key or gets it from a member. */
async function clusterKeyFor(
  { recovery, joinByCode }: EnrolPorts,
  wish: EnrolmentWish,
  target: EnrolmentTarget,
): Promise<HeldKey> {
  if (wish.sessionHost === 'virtual') return { ok: true, clusterKey: null, newRecoveryKey: null };
  const { clusterId, clusterPublicKey, encryptedClusterKey } = target;
  if (clusterPublicKey === null) {
    return { ok: true, clusterKey: await makeSealingKey(), newRecoveryKey: recovery.create() };
  }
  if (wish.recoveryKey !== null && encryptedClusterKey) {
    const clusterKey = recovery.decrypt(encryptedClusterKey, clusterId, clusterPublicKey, wish.recoveryKey);
    return { ok: true, clusterKey, newRecoveryKey: null };
  }
  if (joinByCode === null) return { ok: false, because: 'cluster-key-needed' };
  const joined = await joinByCode({ ...target, clusterPublicKey });
  return joined.ok ? { ...joined, newRecoveryKey: null } : joined;
}

async function tryConnection(
  { tryAccount }: EnrolPorts,
  { clusterId, clusterName }: EnrolmentTarget,
  clusterKey: ClusterKey | null,
): Promise<Pick<EnrolRequest, 'tryConnection'>> {
  if (tryAccount === null) return {};
  const { accountName, password } = tryAccount(clusterId);
  const context = tryConnectionSealContext({ clusterName, accountName });
  const sealed = password !== null && clusterKey !== null ? await seal(clusterKey.publicKey, password, context) : null;
  return { tryConnection: { accountName, sealed } };
}
