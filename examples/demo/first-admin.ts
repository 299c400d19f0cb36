import { randomBytes } from 'node:crypto';
import { type ApiClient, createClient, urlOf } from '@deskhand/protocol/http/client.ts';
import { routes } from '@deskhand/protocol/http/routes.ts';
import { connectionSealContext, seal } from '@deskhand/protocol/seal.ts';
import type { DemoAccount } from './account.ts';
import type { Installation } from './installation.ts';
import { waitFor } from './wait-for.ts';

const admin = { name: 'Demo admin', email: 'demo@corp.example' };

/** Makes the first admin with the one-time code and goes on with the cookie of that sign-in, as a browser does. */
export async function signInAsFirstAdmin({ address, setupCode }: Installation): Promise<ApiClient> {
  const response = await fetch(urlOf(routes.claimSetup, {}, address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: setupCode, ...admin, password: randomBytes(18).toString('base64url') }),
  });
  if (!response.ok) throw new Error(`The first admin was not made: ${await response.text()}`);
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return createClient({
    baseUrl: address,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie } }),
  });
}

export interface DemoCluster {
  readonly id: string;
  readonly publicKey: string | null;
}

/** The cluster that `deskhand up` made, once its gateway has told what the machine can do. */
export const clusterOfThisMachine = (client: ApiClient, signal: AbortSignal): Promise<DemoCluster> =>
  waitFor('the gateway of this machine', signal, async () => {
    const [gateway] = (await client.listGateways()).items;
    if (gateway?.status !== 'online' || gateway.machine === null) return undefined;
    return client.getCluster({ params: { id: gateway.clusterId } });
  });

/** The account approved as the admin's own, a connection of it, and its password sealed to the cluster's key. */
export async function connect(client: ApiClient, cluster: DemoCluster, account: DemoAccount): Promise<string> {
  const me = await client.whoAmI();
  await client.updateAccount({ params: { id: me.id }, body: { osAccounts: [account.user] } });
  const connection = await client.createConnection({
    body: { name: account.user, clusterId: cluster.id, accountName: account.user },
  });
  if (account.password === undefined) return connection.id;
  if (cluster.publicKey === null) throw new Error('The cluster has no key to seal a password to.');
  const passwordVersion = connection.passwordVersion + 1;
  const context = connectionSealContext({
    clusterId: cluster.id,
    connectionId: connection.id,
    accountName: account.user,
    passwordVersion,
  });
  const sealed = await seal(cluster.publicKey, account.password, context);
  const body = { sealed, clusterPublicKey: cluster.publicKey, passwordVersion };
  await client.rotateConnection({ params: { id: connection.id }, body });
  return connection.id;
}
