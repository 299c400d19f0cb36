/**
 * How a machine gets the cluster's key from a member, through a server that neither of them believes (DESIGN §8): a short
 * authentication string over a commitment.
 *
 *     newcomer → member   commitment to its ephemeral key and a secret of 256 bits
 *     member → newcomer   an answer of 256 bits, chosen after the commitment
 *     newcomer → member   the opening: the key and the secret
 *     a person            carries the code from the newcomer's screen to the member's keyboard
 *     member → newcomer   the cluster's key, sealed to the opened key
 *
 * Whoever sits in between must commit to a key of its own before it knows the answer, or choose an answer before it knows
 * the newcomer's secret. Either way the two codes are alike by chance only: one in 2^40 for each time that a person types.
 */
import { toBase64Url } from './seal.ts';

/** What both machines must see alike, besides the keys. */
export interface JoinSubject {
  readonly clusterId: string;
  readonly clusterPublicKey: string;
  /** As the member's person reads it. */
  readonly name: string;
  /** The newcomer's own Ed25519 key, which it enrols with. */
  readonly gatewayPublicKey: string;
}
export interface JoinOpening {
  /** X25519, made for this one time. */
  readonly publicKey: string;
  readonly secret: string;
}

export const JOIN_CODE_LENGTH = 8;
const RANDOM_BYTES = 32;
/** No I, L, O and U: what is read as one of them is meant as 1 or 0. Five bits for each character. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS_PER_CHARACTER = 5n;

/** For the newcomer's secret and the member's answer. */
export const joinRandom = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));

export async function joinCommitment(subject: JoinSubject, opening: JoinOpening): Promise<string> {
  return toBase64Url(await digestOf('deskhand-join-commitment-1', [...fieldsOf(subject), ...fieldsOf(opening)]));
}

/** `K7QX-2M9R`: what the newcomer shows and the member expects. */
export async function joinCode(subject: JoinSubject, opening: JoinOpening, answer: string): Promise<string> {
  const fields = [...fieldsOf(subject), ...fieldsOf(opening), answer];
  const digest = await digestOf('deskhand-join-code-1', fields);
  let bits = digest.slice(0, JOIN_CODE_LENGTH).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let code = '';
  for (let place = 0; place < JOIN_CODE_LENGTH; place++) {
    code += ALPHABET[Number(bits & ((1n << BITS_PER_CHARACTER) - 1n))] ?? '';
    bits >>= BITS_PER_CHARACTER;
  }
  return `${code.slice(0, JOIN_CODE_LENGTH / 2)}-${code.slice(JOIN_CODE_LENGTH / 2)}`;
}

/** Whether the typed code is this one, however it was typed: small letters, spaces, an O for a zero. */
export function isJoinCode(typed: string, code: string): boolean {
  const plain = (text: string): string =>
    text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return plain(typed) === plain(code);
}

/** Binds the sealed cluster key to this one joining. */
export function joinSealContext(subject: JoinSubject, opening: JoinOpening, answer: string): string {
  return textOf('deskhand-join-key-1', [...fieldsOf(subject), ...fieldsOf(opening), answer]);
}

/** What a member signs for each thing it asks or says; the nonce is the server's, and good once. */
export function memberProofText(said: {
  readonly operation: MemberOperation;
  readonly gatewayId: string;
  readonly nonce: string;
  /** Empty where the operation concerns no single one. */
  readonly joinRequestId: string;
  /** What is said: the answer, or the sealed key. */
  readonly content: string;
}): string {
  const { operation, gatewayId, nonce, joinRequestId, content } = said;
  return textOf('deskhand-member-1', [operation, gatewayId, nonce, joinRequestId, content]);
}
export type MemberOperation = 'listJoinRequests' | 'answerJoinRequest' | 'readJoinOpening' | 'settleJoinRequest';

const fieldsOf = (value: JoinSubject | JoinOpening): readonly string[] =>
  'secret' in value
    ? [value.publicKey, value.secret]
    : [value.clusterId, value.clusterPublicKey, value.name, value.gatewayPublicKey];

const textOf = (purpose: string, fields: readonly string[]): string =>
  [purpose, ...fields].map(encodeURIComponent).join('\n');

async function digestOf(purpose: string, fields: readonly string[]): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(textOf(purpose, fields));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
