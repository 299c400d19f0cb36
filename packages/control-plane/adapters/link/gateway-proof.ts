import { createPublicKey, verify } from 'node:crypto';
import { linkProofText } from '@deskhand/protocol/link/messages.ts';

interface Presented {
  readonly protocolVersion: number;
  readonly gatewayId: string;
  readonly linkNumber: number;
  readonly journalId: string;
  readonly proof: string;
}

/** Whether the hello was signed by the gateway's key, over this link's own nonce. */
export function isProven(hello: Presented, nonce: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
    return verify(null, Buffer.from(linkProofText(hello, nonce)), key, Buffer.from(hello.proof, 'base64url'));
  } catch {
    // A key or a signature that cannot be read proves nothing.
    return false;
  }
}
