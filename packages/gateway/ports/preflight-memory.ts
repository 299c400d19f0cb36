import type { RememberedTry } from '@deskhand/domain/preflight/lock-out.ts';

export interface RememberedPassword extends RememberedTry {
  readonly isDirectoryAccount: boolean;
}

/** Which passwords were tried on this machine and not found right, by connection: it outlives a crash of the gateway. */
export interface PreflightMemory {
  readonly of: (connectionId: string) => RememberedPassword | undefined;
  /** On disk when it returns; throws where it cannot be written. */
  readonly note: (connectionId: string, tried: RememberedPassword) => void;
  readonly forget: (connectionId: string) => void;
}
