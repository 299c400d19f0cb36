import { createHash, randomBytes } from 'node:crypto';

/** A secret of 256 bits that is shown once; the store keeps its hash only. */
export function newSecret(prefix: string): { readonly secret: string; readonly hash: Buffer } {
  const secret = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashSecret(secret) };
}

/** Random secrets need no slow hash: nobody guesses 256 bits. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const newId = (): string => randomBytes(9).toString('base64url').replaceAll('_', 'x').replaceAll('-', 'y');
