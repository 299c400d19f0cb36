import { createPublicKey, verify } from 'node:crypto';
import type { GatewayId } from '@deskhand/domain/brand.ts';
import { accountOnMachine, parseAccountName } from '@deskhand/domain/connection/account-name.ts';
import type { EnrolRequest } from '@deskhand/protocol/http/gateways.ts';
import { enrolProofText } from '@deskhand/protocol/link/messages.ts';
import type { ClusterRecord } from '../../ports/clusters.ts';
import { hashSecret, newId } from '../accounts/secrets.ts';
import { done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { ClusterPorts } from './clusters.ts';

/** An enrolment token shows its cluster and nothing else; the key of the cluster never follows from it. */
export async function describeEnrolment(ports: ClusterPorts, token: string): Promise<Outcome<ClusterRecord>> {
  const cluster = await ports.clusters.clusterOfToken(hashSecret(token));
  return cluster ? done(cluster) : refuse('enrolment-token-wrong');
}

export interface Enrolled {
  readonly gatewayId: GatewayId;
  readonly cluster: ClusterRecord;
}

export async function enrolGateway(
  ports: ClusterPorts,
  request: EnrolRequest,
  origin: string,
): Promise<Outcome<Enrolled>> {
  if (!isEnrolmentProven(request)) return refuse('link-proof-wrong');
  const gatewayId = newId() as GatewayId;
  const holdsKey = request.sessionHost !== 'virtual';
  const enrolment = {
    tokenHash: hashSecret(request.token),
    gatewayId,
    name: request.name,
    publicKey: request.publicKey,
    sessionHost: request.sessionHost,
    version: request.version,
    // A virtual gateway runs flows as itself, so it never holds a key that opens passwords (DESIGN §9).
    clusterPublicKey: holdsKey ? (request.clusterPublicKey ?? null) : null,
    encryptedClusterKey: holdsKey ? (request.encryptedClusterKey ?? null) : null,
    tryConnection: tryConnectionOf(request),
  };
  const audit = {
    actor: `gateway ${request.name}`,
    verb: 'enrol',
    object: `gateway ${gatewayId}`,
    detail: { sessionHost: request.sessionHost, version: request.version },
    origin,
  };
  const answer = await ports.clusters.enrol(enrolment, audit);
  if (answer === 'token-wrong') return refuse('enrolment-token-wrong');
  if (answer === 'name-taken') return refuse('gateway-name-taken');
  if (answer === 'identity-taken')
    return refuse('conflict', {
      detail: 'A gateway with this key was enrolled before: the key was copied from another machine.',
    });
  if (answer === 'cluster-key-needed') return refuse('cluster-key-needed');
  return done({ gatewayId, cluster: answer.cluster });
}

function tryConnectionOf(request: EnrolRequest) {
  if (!request.tryConnection) return null;
  const { accountName, sealed } = request.tryConnection;
  const account = parseAccountName(accountName);
  return account.ok ? { id: newId(), accountName, machineUser: accountOnMachine(accountName), sealed } : null;
}

/** The machine proves that it holds the private half of the key it registers. */
export function isEnrolmentProven(request: Pick<EnrolRequest, 'token' | 'name' | 'publicKey' | 'proof'>): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: request.publicKey }, format: 'jwk' });
    return verify(null, Buffer.from(enrolProofText(request)), key, Buffer.from(request.proof, 'base64url'));
  } catch {
    return false;
  }
}
