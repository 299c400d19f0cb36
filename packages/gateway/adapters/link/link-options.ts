import type { Hello } from '@deskhand/protocol/link/messages.ts';
import type { Static } from 'typebox';
import type { Heartbeat } from '../../ports/link.ts';
import type { GatewayLog } from '../../ports/machine.ts';
import type { LinkMemoryFile } from './link-memory.ts';

export interface LinkOptions {
  /** `https://server:4680`; the link goes to the same place. */
  readonly serverUrl: string;
  /** SHA-256 of the server's certificate, pinned at enrolment; null trusts the authorities of the machine. */
  readonly fingerprint: string | null;
  readonly memory: LinkMemoryFile;
  readonly hello: Pick<
    Static<typeof Hello>,
    'gatewayId' | 'journalId' | 'version' | 'sessionHost' | 'machineName' | 'encryptedClusterKey'
  >;
  /** Ed25519 over the text, base64url. */
  readonly sign: (text: string) => string;
  readonly heartbeat: () => Heartbeat;
  readonly log: GatewayLog;
  readonly random: () => number;
  /** Tells supervisors; called each time the link is up. */
  readonly onUp?: () => void;
}
