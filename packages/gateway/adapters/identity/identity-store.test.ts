import { createPublicKey, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeSealingKey,
  connectionSealContext,
  inputSealContext,
  seal,
  tryConnectionSealContext,
} from '@deskhand/protocol/seal.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateFolder } from '../../disk/private-folder.ts';
import type { GatewayIdentity } from '../../ports/identity.ts';
import { orderOf } from '../../testing/fake-world.ts';
import { openGatewayKey, readIdentity, writeIdentity } from './identity-store.ts';
import { createSecretOpener } from './secret-opener.ts';

let folder: string;
beforeEach(() => {
  folder = makePrivateFolder(join(mkdtempSync(join(tmpdir(), 'dh-identity-')), 'data'));
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

async function identityOf(): Promise<GatewayIdentity> {
  return {
    gatewayId: 'g1',
    name: 'machine',
    clusterId: 'c1',
    clusterName: 'Office',
    serverUrl: 'http://127.0.0.1:1',
    fingerprint: null,
    sessionHost: 'linux',
    clusterKey: await makeSealingKey(),
  };
}

test('the machine’s key is made once, for its owner only, and signs', () => {
  const key = openGatewayKey(folder);
  expect(openGatewayKey(folder).publicKey).toBe(key.publicKey);
  expect(statSync(join(folder, 'gateway-key.pem')).mode & 0o777).toBe(0o600);
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
  expect(verify(null, Buffer.from('text'), publicKey, Buffer.from(key.sign('text'), 'base64url'))).toBe(true);
});

test('a key or an identity that others could read is refused, with the command that mends it', async () => {
  openGatewayKey(folder);
  chmodSync(join(folder, 'gateway-key.pem'), 0o640);
  expect(() => openGatewayKey(folder)).toThrow(/chmod 600/);
  writeIdentity(folder, await identityOf());
  chmodSync(join(folder, 'gateway.json'), 0o644);
  expect(() => readIdentity(folder)).toThrow(/chmod 600/);
});

test('a data folder that others could enter, or that is a symbolic link, is refused', () => {
  chmodSync(folder, 0o755);
  expect(() => makePrivateFolder(folder)).toThrow(/chmod 700/);
  symlinkSync(folder, `${folder}-link`);
  expect(() => makePrivateFolder(`${folder}-link`)).toThrow(/symbolic link/);
});

test('passwords and inputs open with what they are bound to, and with nothing else', async () => {
  const identity = await identityOf();
  const { password, inputs } = createSecretOpener(identity);
  const publicKey = identity.clusterKey?.publicKey ?? '';
  const order = orderOf({ flowId: 'f1' });
  const sealedPassword = await seal(publicKey, 'correct horse', connectionSealContext(order));
  expect(await password({ ...order, sealedPassword })).toBe('correct horse');
  await expect(password({ ...order, sealedPassword, accountName: 'bob' })).rejects.toThrow();
  const tried = await seal(
    publicKey,
    'try me',
    tryConnectionSealContext({ clusterName: 'Office', accountName: 'bob' }),
  );
  expect(await password({ ...order, accountName: 'bob', sealedPassword: tried, sealContext: 'try' })).toBe('try me');
  const sealed = await seal(publicKey, 'pin', inputSealContext({ clusterId: 'c1', flowId: 'f1', inputName: 'Pin' }));
  expect(await inputs({ ...order, inputs: { Pin: { sealed }, Count: 2 } })).toEqual({
    values: { Pin: 'pin', Count: 2 },
    sensitive: ['Pin'],
  });
  await expect(inputs({ ...order, inputs: { Other: { sealed } } })).rejects.toThrow();
});

test('a gateway without a cluster key opens nothing', async () => {
  const identity = { ...(await identityOf()), clusterKey: null };
  const { password } = createSecretOpener(identity);
  expect(await password(orderOf({ sealedPassword: null }))).toBeUndefined();
  await expect(password(orderOf())).rejects.toThrow('holds no cluster key');
});
