// The certificate library finds its parts through this polyfill, and refuses to load without it.
import 'reflect-metadata';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the certificate, as gateways pin it and people compare it: `AB:CD:…`. */
  readonly fingerprint: string;
  /** Nobody else vouches for it, so whoever connects must be told the fingerprint. */
  readonly isSelfSigned: boolean;
}

const VALID_DAYS = 825;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate that an operator gave. */
export function readCertificate(certFile: string, keyFile: string): TlsIdentity {
  const cert = readFileSync(certFile, 'utf8');
  const { issuer, subject } = new X509Certificate(cert);
  const isSelfSigned = issuer === subject;
  return { cert, key: readFileSync(keyFile, 'utf8'), fingerprint: fingerprintOf(cert), isSelfSigned };
}

/** The own certificate of an installation, made once; a restart keeps it, because gateways pin it. */
export async function ownCertificate(dataFolder: string): Promise<TlsIdentity> {
  const certFile = join(dataFolder, 'tls-cert.pem');
  const keyFile = join(dataFolder, 'tls-key.pem');
  if (!existsSync(certFile) || !existsSync(keyFile)) await makeCertificate(certFile, keyFile);
  return readCertificate(certFile, keyFile);
}

export const fingerprintOf = (pem: string): string =>
  (createHash('sha256').update(new X509Certificate(pem).raw).digest('hex').toUpperCase().match(/../g) ?? []).join(':');

async function makeCertificate(certFile: string, keyFile: string): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${hostname()}, O=Deskhand`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + VALID_DAYS * 86_400_000),
    extensions: [
      new x509.SubjectAlternativeNameExtension(namesOfThisMachine()),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.BasicConstraintsExtension(false, undefined, true),
    ],
  });
  const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${(privateKey.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  writeFileSync(keyFile, pem, { mode: 0o600 });
  writeFileSync(certFile, `${certificate.toString('pem')}\n`, { mode: 0o644 });
}

function namesOfThisMachine(): x509.JsonGeneralNames {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address.split('%')[0] ?? address),
  );
  return [
    ...[...new Set([hostname(), 'localhost'])].map((value) => ({ type: 'dns', value }) as const),
    ...[...new Set(addresses)].map((value) => ({ type: 'ip', value }) as const),
  ];
}
