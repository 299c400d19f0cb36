import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import {
  connectionSealContext,
  importClusterPrivateKey,
  inputSealContext,
  openSealed,
  tryConnectionSealContext,
} from '@deskhand/protocol/seal.ts';
import type { OpenedInputs, SealedPasswordOf, SecretOpener } from '../../ports/secrets.ts';
import type { GatewayIdentity } from '../../ports/identity.ts';

export class NoClusterKey extends Error {
  override name = 'NoClusterKey';
}

/** Opens sealed values with the cluster's key, each bound to what it belongs to, at the moment it is needed. */
export function createSecretOpener(identity: GatewayIdentity): SecretOpener {
  const open = async (sealed: string, context: string): Promise<string> => {
    const { clusterKey } = identity;
    if (clusterKey === null) throw new NoClusterKey('This gateway holds no cluster key.');
    const privateKey = await importClusterPrivateKey(clusterKey.privateKeyPkcs8);
    return await openSealed(privateKey, clusterKey.publicKey, sealed, context);
  };
  return {
    password: async (order) =>
      order.sealedPassword === null ? undefined : await open(order.sealedPassword, passwordContext(order, identity)),
    inputs: async (order) => await openInputs(order, open),
  };
}

function passwordContext(order: SealedPasswordOf, { clusterName }: GatewayIdentity): string {
  if (order.sealContext === 'try') return tryConnectionSealContext({ clusterName, accountName: order.accountName });
  return connectionSealContext(order);
}

type Open = (sealed: string, context: string) => Promise<string>;

async function openInputs(order: StartOrder, open: Open): Promise<OpenedInputs> {
  const sensitive: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [inputName, value] of Object.entries(order.inputs)) {
    values[inputName] = value;
    if (!isSealed(value)) continue;
    const context = inputSealContext({ clusterId: order.clusterId, flowId: order.flowId ?? '', inputName });
    values[inputName] = await open(value.sealed, context);
    sensitive.push(inputName);
  }
  return { values, sensitive };
}

function isSealed(value: unknown): value is { readonly sealed: string } {
  return typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string';
}
