import type { Hello } from '@deskhand/protocol/link/messages.ts';
import type { LinkVersions } from '@deskhand/protocol/link/versions.ts';
import type { Static } from 'typebox';
import type { Heartbeat } from '../../ports/link.ts';
import type { GatewayLog } from '../../ports/machine.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { LinkMemoryFile } from './link-memory.ts';
import type { Dial } from './link-wire.ts';

export interface LinkOptions {
  readonly dial: Dial;
  readonly timers: Timers;
  /** Default: those of this release. */
  readonly versions?: LinkVersions;
  /** Default: LINK_SILENCE_MAX_MS. */
  readonly silenceMaxMs?: number;
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
  /** Called each time a link has ended or could not be made. */
  readonly onDown?: (end: { readonly because: string; readonly code: string | null }) => void;
}
