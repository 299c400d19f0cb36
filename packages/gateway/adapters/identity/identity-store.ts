import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPrivate, StartRefused } from '../../disk/private-folder.ts';
import { writeWholeFile } from '../../disk/whole-file.ts';
import type { GatewayIdentity, GatewayKey } from '../../ports/identity.ts';

const keyPath = (folder: string): string => join(folder, 'gateway-key.pem');
const identityPath = (folder: string): string => join(folder, 'gateway.json');

/** Made once; an enrolment that broke off goes on with the same key. */
export function openGatewayKey(folder: string): GatewayKey {
  const path = keyPath(folder);
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeWholeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  checkPrivate(path, 'file', 'chmod 600');
  const key = createPrivateKey(readFileSync(path));
  return {
    publicKey: publicHalf(key),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

function publicHalf(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new StartRefused('The gateway’s key is not an Ed25519 key.');
  return x;
}

export function readIdentity(folder: string): GatewayIdentity | undefined {
  const path = identityPath(folder);
  if (!existsSync(path)) return undefined;
  checkPrivate(path, 'file', 'chmod 600');
  return JSON.parse(readFileSync(path, 'utf8')) as GatewayIdentity;
}

export function writeIdentity(folder: string, identity: GatewayIdentity): void {
  writeWholeFile(identityPath(folder), `${JSON.stringify(identity, null, 2)}\n`);
}
