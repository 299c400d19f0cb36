import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { connectionSealContext, keyFingerprint, seal } from '@deskhand/protocol/seal.ts';
import type { Call } from '../../command.ts';
import { cannot } from '../../terminal/errors.ts';

/**
 * Encrypts a password to the key of the connection's cluster and stores it. The server only ever sees the result. With a
 * fingerprint, as the gateway prints it, a server that hands out another key is found out.
 */
export async function sealPassword(
  call: Call,
  connection: Connection,
  password: string,
  fingerprint: string | undefined,
): Promise<Connection> {
  const api = await call.api();
  const cluster = await api.getCluster({ params: { id: connection.clusterId } });
  if (cluster.publicKey === null)
    throw cannot(
      'The password cannot be stored.',
      `the cluster ${cluster.name} has no key yet, so nobody could open it`,
      'enrol a gateway that signs accounts in',
      'cluster-without-key',
    );
  const found = await keyFingerprint(cluster.publicKey);
  if (fingerprint !== undefined && fingerprint !== found)
    throw cannot(
      'The password was not sent.',
      `the server gave a key with the fingerprint ${found}, not ${fingerprint}`,
      'compare it with what the gateway prints on its own terminal',
      'cluster-key-differs',
    );
  const passwordVersion = connection.passwordVersion + 1;
  const context = connectionSealContext({
    clusterId: cluster.id,
    connectionId: connection.id,
    accountName: connection.accountName,
    passwordVersion,
  });
  const sealed = await seal(cluster.publicKey, password, context);
  const body = { sealed, clusterPublicKey: cluster.publicKey, passwordVersion };
  return await api.rotateConnection({ params: { id: connection.id }, body });
}
