import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { connectionSealContext, seal } from '@deskhand/protocol/seal.ts';
import { api } from '../../api/client.ts';

/** Seals a password to the cluster's key, in this browser, and stores what only the gateways can open. */
export async function storeSealedPassword(
  connection: Connection,
  cluster: Pick<GatewayCluster, 'publicKey'>,
  password: string,
): Promise<Connection> {
  if (!cluster.publicKey) throw new Error('The cluster has no key to seal to.');
  const passwordVersion = connection.passwordVersion + 1;
  const context = connectionSealContext({
    clusterId: connection.clusterId,
    connectionId: connection.id,
    accountName: connection.accountName,
    passwordVersion,
  });
  const sealed = await seal(cluster.publicKey, password, context);
  return await api.rotateConnection({
    params: { id: connection.id },
    body: { sealed, clusterPublicKey: cluster.publicKey, passwordVersion },
  });
}
