import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ClusterKey, RecoveryKeys } from '../../ports/identity.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
/** Groups that a person can copy without losing the place. */
const GROUP_DIGITS = 4;

export const recoveryKeys: RecoveryKeys = {
  create: newRecoveryKey,
  encrypt: encryptClusterKey,
  decrypt: decryptClusterKey,
};

/** 256 random bits in groups of hexadecimal digits; shown once, on the terminal of the machine that made it. */
function newRecoveryKey(): string {
  const digits = randomBytes(KEY_BYTES).toString('hex');
  return (digits.match(new RegExp(`.{${GROUP_DIGITS}}`, 'g')) ?? []).join('-');
}

export class RecoveryKeyRefused extends Error {}

/**
 * The cluster's private key under the recovery key, for the server to keep for the next member: AES-256-GCM, with the
 * cluster and its public key in the bound data. The recovery key is as strong as the cipher, so nothing stretches it.
 */
function encryptClusterKey(key: ClusterKey, clusterId: string, recoveryKey: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', bytesOf(recoveryKey), nonce);
  cipher.setAAD(boundData(clusterId, key.publicKey));
  const box = Buffer.concat([cipher.update(key.privateKeyPkcs8, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, box]).toString('base64url');
}

function decryptClusterKey(encrypted: string, clusterId: string, publicKey: string, recoveryKey: string): ClusterKey {
  const bytes = Buffer.from(encrypted, 'base64url');
  const key = bytesOf(recoveryKey);
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE_BYTES));
    cipher.setAAD(boundData(clusterId, publicKey));
    cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = cipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES));
    return { publicKey, privateKeyPkcs8: Buffer.concat([plain, cipher.final()]).toString('utf8') };
  } catch {
    throw new RecoveryKeyRefused('The recovery key does not open the key of this cluster.');
  }
}

function bytesOf(recoveryKey: string): Buffer {
  const digits = recoveryKey.replaceAll(/[\s-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new RecoveryKeyRefused('A recovery key has 64 hexadecimal digits.');
  return Buffer.from(digits, 'hex');
}

const boundData = (clusterId: string, publicKey: string): Buffer =>
  Buffer.from(['deskhand-cluster-key-1', clusterId, publicKey].map(encodeURIComponent).join('\n'));
