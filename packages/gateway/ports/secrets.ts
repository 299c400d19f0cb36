import type { StartOrder } from '@deskhand/protocol/link/messages.ts';

/** Opens what was sealed to the cluster's key, at the moment it is needed; rejects when it does not open. */
export interface SecretOpener {
  /** Undefined where the connection has none. */
  readonly password: (order: StartOrder) => Promise<string | undefined>;
  readonly inputs: (order: StartOrder) => Promise<OpenedInputs>;
}
export interface OpenedInputs {
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of those that came sealed. */
  readonly sensitive: readonly string[];
}
