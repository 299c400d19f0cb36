import { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { normalFingerprint } from './fingerprint.ts';

/** The server's certificate is not the one that was pinned at enrolment. */
export class CertificateMismatch extends Error {
  constructor() {
    super('The server’s certificate has another fingerprint than the one that was given.');
  }
}

const CONNECT_WAIT_MS = 10_000;

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly signal?: AbortSignal;
}

/**
 * A TLS connection to exactly the server that was pinned, checked before a byte of ours is sent. Names and authorities
 * do not matter then: the fingerprint says more than both.
 */
export async function connectPinned(target: TlsTarget): Promise<TLSSocket> {
  const socket = connect({
    host: target.host,
    port: target.port,
    ...(isAddress(target.host) ? {} : { servername: target.host }),
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  socket.setTimeout(CONNECT_WAIT_MS, () => socket.destroy(new Error('The server does not answer.')));
  const stop = (): void => void socket.destroy(new Error('Stopped.'));
  target.signal?.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('The server closed the connection.')));
    });
  } finally {
    target.signal?.removeEventListener('abort', stop);
  }
  socket.setTimeout(0);
  if (fingerprintOf(socket) === normalFingerprint(target.fingerprint)) return socket;
  socket.destroy();
  throw new CertificateMismatch();
}

function fingerprintOf(socket: TLSSocket): string {
  const { raw } = socket.getPeerCertificate();
  return normalFingerprint(new X509Certificate(raw).fingerprint256);
}

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');
