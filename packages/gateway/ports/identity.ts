/** Who this gateway is, as enrolment left it. Not secret, except that `clusterKey` is. */
export interface GatewayIdentity {
  readonly gatewayId: string;
  readonly name: string;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly serverUrl: string;
  /** SHA-256 of the server's certificate, pinned at enrolment; null where the machine's authorities decide. */
  readonly fingerprint: string | null;
  readonly sessionHost: 'linux' | 'virtual';
  /** Null on a `virtual` gateway, which never holds one. */
  readonly clusterKey: ClusterKey | null;
  /** A new one that the server does not have yet. */
  readonly newEncryptedClusterKey?: string;
}
export interface ClusterKey {
  readonly publicKey: string;
  readonly privateKeyPkcs8: string;
}

/** The machine's own key pair; the private half never leaves its folder. */
export interface GatewayKey {
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
  readonly sign: (text: string) => string;
}

/** The recovery key and what it opens. */
export interface RecoveryKeys {
  /** 256 random bits, as people copy them. */
  readonly create: () => string;
  readonly encrypt: (key: ClusterKey, clusterId: string, recoveryKey: string) => string;
  /** Throws when the recovery key is not the right one. */
  readonly decrypt: (encrypted: string, clusterId: string, publicKey: string, recoveryKey: string) => ClusterKey;
}
