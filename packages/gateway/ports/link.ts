import type {
  AttemptReport,
  GatewayMessage,
  JournalEntryReport,
  ServerMessage,
} from '@deskhand/protocol/link/messages.ts';

/** The one link to the control plane. What is sent while there is none is dropped: journal and spool are read again. */
export interface Link {
  readonly send: (message: WorkMessage) => boolean;
  /** True from `reconciled` until the link breaks; only then is there anyone to tell. */
  readonly isUp: () => boolean;
  /** False while so much is on its way that bulk such as log lines should wait for `onRoom`. */
  readonly hasRoom: () => boolean;
}

/** What the use cases answer to a link; called one after another, never while another call is running. */
export interface LinkHandlers {
  /** Asked on every new link, before anything else is said. */
  readonly report: (server: ServerMemory) => Reconciliation;
  /** Asked when the server was set back in time: everything that is still remembered, oldest first, in pages. */
  readonly journal: () => readonly (readonly JournalEntryReport[])[];
  readonly reconciled: (decisions: readonly ReconcileDecision[]) => void;
  readonly message: (message: WorkOrder) => void;
  /** There is room again for log lines. */
  readonly room: () => void;
  readonly down: () => void;
}

export type WorkMessage = Exclude<
  GatewayMessage,
  { type: 'hello' | 'linkConfirmed' | 'journal' | 'reconcile' | 'heartbeat' }
>;
export type WorkOrder = Exclude<
  ServerMessage,
  { type: 'challenge' | 'welcome' | 'journalAck' | 'refused' | 'reconciled' }
>;
export type ReconcileDecision = Extract<ServerMessage, { type: 'reconciled' }>['decisions'][number];

/** Whether the server's memory is older than what this gateway has seen of it: it was restored from a backup. */
export interface ServerMemory {
  readonly wasRestored: boolean;
  /** It has taken the settled part of the journal page by page already. */
  readonly hasJournal?: boolean;
}
export interface Reconciliation {
  readonly journalPosition: number;
  readonly attempts: readonly AttemptReport[];
  readonly asked: readonly { readonly runId: string; readonly attempt: number }[];
  readonly facts: Extract<GatewayMessage, { type: 'facts' }>['facts'];
}
/** What the heartbeat tells of the work in hand. */
export type Heartbeat = Omit<Extract<GatewayMessage, { type: 'heartbeat' }>, 'type'>;
