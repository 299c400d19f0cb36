/** What only looks at a session for Deskhand, or asks in it, carries this variable and is no sign of a session. */
export const LOOKING_MARKER = 'DESKHAND_LOOKING';

/** Lines from the gateway to `notify`. */
export interface HelperNotification {
  readonly title: string;
  readonly body: string;
  readonly urgency: 'low' | 'normal' | 'critical';
  /** With buttons it stays until another one takes its place. */
  readonly buttons: readonly { readonly key: string; readonly label: string }[];
  /** Without buttons nobody could answer it, so it is not shown then. */
  readonly isQuestion: boolean;
}

/** Lines from `notify` to the gateway. */
export type HelperReport =
  | { readonly type: 'shown' }
  | { readonly type: 'pressed'; readonly key: string }
  | { readonly type: 'failed'; readonly message: string };

/** How the person at the screen answered; exit codes of `accept-dialog`. */
export const acceptExit = { accepted: 0, refused: 1, unanswered: 3, cannotAsk: 4 } as const;
