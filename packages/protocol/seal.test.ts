import { expect, test } from 'vitest';
import { connectionSealContext, importClusterPrivateKey, makeSealingKey, openSealed, seal } from './seal.ts';

const connection = { clusterId: 'c1', connectionId: 'k1', accountName: 'alice', passwordVersion: 1 };

async function sealedPassword() {
  const key = await makeSealingKey();
  const sealed = await seal(key.publicKey, 'correct horse', connectionSealContext(connection));
  const open = async (context: string, text = sealed, publicKey = key.publicKey) =>
    openSealed(await importClusterPrivateKey(key.privateKeyPkcs8), publicKey, text, context);
  return { key, sealed, open };
}

test('a password sealed to a cluster opens with its key and its own bound data', async () => {
  const { open } = await sealedPassword();
  expect(await open(connectionSealContext(connection))).toBe('correct horse');
});

test.each([
  ['another account', { ...connection, accountName: 'bob' }],
  ['another connection', { ...connection, connectionId: 'k2' }],
  ['another cluster', { ...connection, clusterId: 'c2' }],
  ['an older version', { ...connection, passwordVersion: 2 }],
])('a password bound to %s does not open', async (_what, other) => {
  const { open } = await sealedPassword();
  await expect(open(connectionSealContext(other))).rejects.toThrow();
});

test('a sealed value with one changed character does not open', async () => {
  const { sealed, open } = await sealedPassword();
  const middle = Math.floor(sealed.length / 2);
  const changed = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
  await expect(open(connectionSealContext(connection), changed)).rejects.toThrow();
});

test('the same password sealed twice gives two different texts', async () => {
  const { key, sealed } = await sealedPassword();
  expect(await seal(key.publicKey, 'correct horse', connectionSealContext(connection))).not.toBe(sealed);
});

test('fields that hold separators cannot be shifted into one another', () => {
  const one = connectionSealContext({ ...connection, clusterId: 'a\nb', connectionId: 'c' });
  const two = connectionSealContext({ ...connection, clusterId: 'a', connectionId: 'b\nc' });
  expect(one).not.toBe(two);
});
