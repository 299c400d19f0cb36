/**
 * Sealing to a gateway cluster's key, the same code in the browser, the command line and the gateway: an ephemeral X25519
 * key, HKDF-SHA-256 and AES-256-GCM, with everything the value belongs to in the bound data, so that a ciphertext moved
 * to another connection or account does not open (DESIGN §8).
 *
 * Layout of a sealed value, base64url: version (1 byte = 1) · ephemeral public key (32) · nonce (12) · ciphertext and tag.
 */
/** The platform's own key type, named so that browser and Node agree. */
type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

export function connectionSealContext(connection: {
  readonly clusterId: string;
  readonly connectionId: string;
  readonly accountName: string;
  readonly passwordVersion: number;
}): string {
  return [
    'deskhand-connection',
    connection.clusterId,
    connection.connectionId,
    connection.accountName,
    String(connection.passwordVersion),
  ]
    .map(escapeField)
    .join('\n');
}

/** Sensitive inputs are sealed before the run has an id: bound to cluster, flow and the input's name. */
export function inputSealContext(input: {
  readonly clusterId: string;
  readonly flowId: string;
  readonly inputName: string;
}): string {
  return ['deskhand-input', input.clusterId, input.flowId, input.inputName].map(escapeField).join('\n');
}

/** The password of the account that `deskhand up` makes for the example: sealed before the connection has an id. */
export function tryConnectionSealContext(account: {
  readonly clusterName: string;
  readonly accountName: string;
}): string {
  return ['deskhand-try-connection', account.clusterName, account.accountName].map(escapeField).join('\n');
}

const escapeField = (field: string): string => encodeURIComponent(field);

export async function seal(clusterPublicKey: string, plaintext: string, context: string): Promise<string> {
  const ephemeral = (await crypto.subtle.generateKey('X25519', true, ['deriveBits'])) as KeyPair;
  const ephemeralPublic = new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey));
  const clusterKey = await importPublicKey(clusterPublicKey);
  const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: clusterKey }, ephemeral.privateKey, 256);
  const key = await deriveKey(shared, ephemeralPublic, fromBase64Url(clusterPublicKey), 'encrypt');
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const box = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: utf8(context) },
    key,
    utf8(plaintext),
  );
  return toBase64Url(concat(Uint8Array.of(VERSION), ephemeralPublic, nonce, new Uint8Array(box)));
}

/** Throws when the value was sealed to another key, bound to something else, or changed. */
export async function openSealed(
  privateKey: CryptoKey,
  clusterPublicKey: string,
  sealed: string,
  context: string,
): Promise<string> {
  const bytes = fromBase64Url(sealed);
  if (bytes[0] !== VERSION || bytes.length < 1 + KEY_BYTES + NONCE_BYTES + 16)
    throw new Error('This is not a sealed value of a known version.');
  const ephemeralPublic = bytes.slice(1, 1 + KEY_BYTES);
  const nonce = bytes.slice(1 + KEY_BYTES, 1 + KEY_BYTES + NONCE_BYTES);
  const ephemeralKey = await crypto.subtle.importKey('raw', ephemeralPublic, 'X25519', false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: ephemeralKey }, privateKey, 256);
  const key = await deriveKey(shared, ephemeralPublic, fromBase64Url(clusterPublicKey), 'decrypt');
  const box = bytes.slice(1 + KEY_BYTES + NONCE_BYTES);
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(context) }, key, box);
  return new TextDecoder().decode(plain);
}

/** A key pair to seal to, as the gateway stores it: base64url of the raw public key and of the PKCS#8 private key. */
export async function makeSealingKey(): Promise<{ publicKey: string; privateKeyPkcs8: string }> {
  const pair = (await crypto.subtle.generateKey('X25519', true, ['deriveBits'])) as KeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  return { publicKey: toBase64Url(publicKey), privateKeyPkcs8: toBase64Url(privateKey) };
}

export async function importClusterPrivateKey(pkcs8: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey('pkcs8', fromBase64Url(pkcs8), 'X25519', false, ['deriveBits']);
}

/** Whether a private key is the other half of a public one, so that a wrong cluster key is never kept. */
export async function isKeyPair(publicKey: string, privateKeyPkcs8: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('pkcs8', fromBase64Url(privateKeyPkcs8), 'X25519', true, ['deriveBits']);
    return (await crypto.subtle.exportKey('jwk', key)).x === publicKey;
  } catch {
    return false;
  }
}

/** A short text that people compare: SHA-256 of the raw key in groups of four hexadecimal digits. */
export async function keyFingerprint(publicKey: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', fromBase64Url(publicKey)));
  const digits = Array.from(digest.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return (digits.match(/.{4}/g) ?? []).join('-');
}

async function importPublicKey(publicKey: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', fromBase64Url(publicKey), 'X25519', false, []);
}

async function deriveKey(
  shared: ArrayBuffer,
  ephemeralPublic: Uint8Array,
  clusterPublic: Uint8Array,
  use: 'encrypt' | 'decrypt',
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const salt = concat(ephemeralPublic, clusterPublic);
  return await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: utf8('deskhand-seal-1') },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    [use],
  );
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
