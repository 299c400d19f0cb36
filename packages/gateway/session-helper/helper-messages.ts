/** Lines from the gateway to `notify`. */
export interface HelperNotification {
  readonly title: string;
  readonly body: string;
  readonly urgency: 'low' | 'normal' | 'critical';
  readonly stopButton: boolean;
}

/** Lines from `notify` to the gateway. */
export type HelperReport =
  | { readonly type: 'shown' }
  | { readonly type: 'stop' }
  | { readonly type: 'failed'; readonly message: string };

/** How the person at the screen answered; exit codes of `accept-dialog`. */
export const acceptExit = { accepted: 0, refused: 1, unanswered: 3, cannotAsk: 4 } as const;
