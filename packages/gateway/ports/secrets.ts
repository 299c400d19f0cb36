import type { StartOrder } from '@deskhand/protocol/link/messages.ts';

/** Opens what was sealed to the cluster's key, at the moment it is needed; rejects when it does not open. */
export interface SecretOpener {
  /** Undefined where the connection has none. */
  readonly password: (order: SealedPasswordOf) => Promise<string | undefined>;
  readonly inputs: (order: StartOrder) => Promise<OpenedInputs>;
}
/** A sealed password with what it is bound to: as a run carries it, and as a preflight does. */
export type SealedPasswordOf = Pick<
  StartOrder,
  'sealedPassword' | 'sealContext' | 'connectionId' | 'clusterId' | 'accountName' | 'passwordVersion'
>;
export interface OpenedInputs {
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of those that came sealed. */
  readonly sensitive: readonly string[];
}
