/** What the gateway tells its session leader: one line of JSON on its standard input, then the password's bytes. */
export interface LeaderOrder {
  readonly service: string;
  readonly user: string;
  /** Null: nobody is authenticated, the leader only holds the lock. */
  readonly passwordBytes: number | null;
  /** The account's lock; null where nothing is opened (preflight). */
  readonly lockFile: string | null;
  readonly openSession: boolean;
  /** Stay until SIGTERM, once the gateway has confirmed with a further byte that the session is written down. */
  readonly hold: boolean;
}

export type LeaderAnswer =
  | { readonly ok: true; readonly environment: Readonly<Record<string, string>>; readonly limits: string }
  | { readonly ok: false; readonly step: 'lock' | 'authenticate' | 'account' | 'open'; readonly code: number };
