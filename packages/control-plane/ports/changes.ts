import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';

/** Something that pages show has changed; it names what, and who listens reads the new value. */
export type Change =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'run-log'; readonly runId: string; readonly attempt: number; readonly lastSeq: number }
  | { readonly kind: 'run-queue'; readonly clusterId: string }
  | { readonly kind: 'gateway'; readonly gatewayId: string }
  | {
      /** Everybody who is signed in is told. */
      readonly kind: 'changed';
      readonly what: 'gateway-cluster' | 'account' | 'settings';
      readonly id: string;
    }
  | {
      /**
       * What belongs to somebody: only who may see it learns that it changed. A server of the release before passes it
       * over, because it would tell everybody.
       */
      readonly kind: 'own-changed';
      readonly what: 'desktop-flow' | 'connection';
      readonly id: string;
      /** Who may see it by name, or could until now. Who sees all of its kind is told as well. */
      readonly people: readonly string[];
    }
  /** Changes of other replicas may have been missed: everything shown must be read again. */
  | { readonly kind: 'reload' };

/** What one replica asks of the one that holds a gateway's link: to say something to it, or to end the link. */
export type Nudge =
  /** A server of 0.1.0 sends no message along: then everything that waits for the gateway is sent. */
  | { readonly kind: 'send'; readonly gatewayId: string; readonly message?: ServerMessage }
  /** A member of a cluster is to be asked about an account: whoever holds its link reads what, and sends it. */
  | { readonly kind: 'preflight'; readonly gatewayId: string; readonly roundId: string }
  /** `olderThan` null ends the link whatever its number. */
  | { readonly kind: 'unlink'; readonly gatewayId: string; readonly olderThan: number | null };

/** One stream of changes over all replicas. Publishing never waits; what goes to other replicas is coalesced. */
export interface ChangeFeed {
  publish(change: Change): void;
  subscribe(listener: (change: Change, origin: 'here' | 'elsewhere') => void): () => void;
  nudge(nudge: Nudge): void;
  /** Only nudges of other replicas arrive here. */
  onNudge(listener: (nudge: Nudge) => void): () => void;
}
