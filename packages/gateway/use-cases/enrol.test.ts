import type { EnrolRequest } from '@deskhand/protocol/http/gateways.ts';
import { importClusterPrivateKey, openSealed, tryConnectionSealContext } from '@deskhand/protocol/seal.ts';
import { expect, test } from 'vitest';
import { recoveryKeys, RecoveryKeyRefused } from '../adapters/identity/recovery-key.ts';
import type { EnrolmentTarget } from '../ports/enrolment.ts';
import { type EnrolmentWish, enrol } from './enrol.ts';

const wish: EnrolmentWish = {
  token: 'token',
  name: 'machine',
  serverUrl: 'http://127.0.0.1:1',
  fingerprint: null,
  sessionHost: 'linux',
  recoveryKey: null,
  version: '1',
};

/** A server that keeps what the first member left, and shows it to whoever has a token. */
function enrolmentDesk() {
  let target: EnrolmentTarget = { clusterId: 'c1', clusterName: 'Office', clusterPublicKey: null };
  const requests: EnrolRequest[] = [];
  const server = {
    describe: async () => target,
    enrol: async (request: EnrolRequest) => {
      requests.push(request);
      const { clusterPublicKey = null, encryptedClusterKey = null } = request;
      if (target.clusterPublicKey === null) target = { ...target, clusterPublicKey, encryptedClusterKey };
      return { gatewayId: `g${requests.length}` };
    },
  };
  const join = async (more: Partial<EnrolmentWish> = {}, password: string | null = null) => {
    const tryAccount = password === null ? null : () => ({ accountName: 'alice', password });
    const key = { publicKey: 'public', sign: (text: string) => `signed:${text}` };
    return await enrol({ server, key, recovery: recoveryKeys, tryAccount, joinByCode: null }, { ...wish, ...more });
  };
  return { requests, join };
}

async function joined(answer: ReturnType<ReturnType<typeof enrolmentDesk>['join']>) {
  const settled = await answer;
  if (!settled.ok) throw new Error(settled.because);
  return settled;
}

test('the first member makes the cluster’s key; only its public half and an encrypted copy leave', async () => {
  const { requests, join } = enrolmentDesk();
  const { identity, newRecoveryKey } = await joined(join());
  expect(identity).toMatchObject({ gatewayId: 'g1', clusterId: 'c1', clusterName: 'Office' });
  expect(newRecoveryKey).toMatch(/^([0-9a-f]{4}-){15}[0-9a-f]{4}$/);
  expect(requests[0]?.clusterPublicKey).toBe(identity.clusterKey?.publicKey);
  expect(requests[0]?.proof).toBe('signed:deskhand-enrol\ntoken\nmachine\npublic');
  const told = JSON.stringify(requests);
  expect(told).not.toContain(identity.clusterKey?.privateKeyPkcs8);
  expect(told).not.toContain(newRecoveryKey);
});

test('a later member gets the same key with the recovery key', async () => {
  const { join } = enrolmentDesk();
  const first = await joined(join());
  const second = await joined(join({ recoveryKey: first.newRecoveryKey?.toUpperCase() ?? null }));
  expect(second.identity.clusterKey).toEqual(first.identity.clusterKey);
  expect(second.newRecoveryKey).toBeNull();
});

test('an enrolment token alone never yields the key', async () => {
  const { requests, join } = enrolmentDesk();
  await join();
  expect(await join()).toEqual({ ok: false, because: 'cluster-key-needed' });
  expect(requests).toHaveLength(1);
});

test.each([
  ['another key', recoveryKeys.create()],
  ['half a key', 'abcd-ef01'],
])('%s is refused in words', async (_what, recoveryKey) => {
  const { join } = enrolmentDesk();
  await join();
  await expect(join({ recoveryKey })).rejects.toThrow(RecoveryKeyRefused);
});

test('a virtual gateway never holds a cluster key', async () => {
  const { requests, join } = enrolmentDesk();
  const { identity } = await joined(join({ sessionHost: 'virtual' }));
  expect(identity.clusterKey).toBeNull();
  expect(requests[0]).not.toHaveProperty('clusterPublicKey');
});

test('the example’s password leaves sealed to the cluster’s key', async () => {
  const { requests, join } = enrolmentDesk();
  const { identity } = await joined(join({}, 'correct horse'));
  expect(JSON.stringify(requests)).not.toContain('correct horse');
  const { clusterKey } = identity;
  const sealed = requests[0]?.tryConnection?.sealed;
  if (!clusterKey || !sealed) throw new Error('nothing was sealed');
  const context = tryConnectionSealContext({ clusterName: 'Office', accountName: 'alice' });
  const privateKey = await importClusterPrivateKey(clusterKey.privateKeyPkcs8);
  expect(await openSealed(privateKey, clusterKey.publicKey, sealed, context)).toBe('correct horse');
});
