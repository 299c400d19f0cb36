import type { EnrolRequest } from '@deskhand/protocol/http/gateways.ts';

/** The server as a machine that is not enrolled yet sees it. */
export interface EnrolmentServer {
  readonly describe: (token: string) => Promise<EnrolmentTarget>;
  readonly enrol: (request: EnrolRequest) => Promise<{ readonly gatewayId: string }>;
}
export interface EnrolmentTarget {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly clusterPublicKey: string | null;
  readonly encryptedClusterKey?: string | null;
}

/** The account that `deskhand up` offers, so that the example can run at once. */
export interface TryAccount {
  readonly accountName: string;
  /** Null where no password is needed, because everything runs as the gateway's own account. */
  readonly password: string | null;
}
