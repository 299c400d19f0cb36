import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { connectionSealContext, seal } from '@deskhand/protocol/seal.ts';
import { addAccount, removeAccount } from '../../packages/gateway/session-desktop/testing/real-accounts.ts';

/** An ordinary operating-system account with a random password, made for one test file and removed after it. */
export interface Person {
  readonly user: string;
  readonly uid: number;
  readonly password: string;
  remove(): void;
}

export function makePerson(prefix: string): Person {
  const user = `${prefix}${randomBytes(3).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  addAccount(user, password);
  const uid = Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
  return {
    user,
    uid,
    password,
    remove: () => removeAccount({ user, uid }),
  };
}

export interface ConnectionWish {
  readonly clusterId: string;
  readonly accountName: string;
  readonly password: string | undefined;
  readonly whenSessionBlocked?: 'fail' | 'wait';
  readonly notifications?: boolean;
}

/** A connection as the portal makes it: approved account, sealed password. */
export async function makeConnection(client: ApiClient, wish: ConnectionWish): Promise<string> {
  const me = await client.whoAmI();
  if (!me.osAccounts.includes(wish.accountName))
    await client.updateAccount({ params: { id: me.id }, body: { osAccounts: [...me.osAccounts, wish.accountName] } });
  const { clusterId, accountName, whenSessionBlocked = 'fail', notifications = true } = wish;
  const connection = await client.createConnection({
    body: { name: accountName, clusterId, accountName, whenSessionBlocked, notifications },
  });
  if (wish.password === undefined) return connection.id;
  const { publicKey } = await client.getCluster({ params: { id: clusterId } });
  if (!publicKey) throw new Error('The cluster has no key.');
  const passwordVersion = connection.passwordVersion + 1;
  const context = connectionSealContext({ clusterId, connectionId: connection.id, accountName, passwordVersion });
  const sealed = await seal(publicKey, wish.password, context);
  await client.rotateConnection({
    params: { id: connection.id },
    body: { sealed, clusterPublicKey: publicKey, passwordVersion },
  });
  return connection.id;
}
