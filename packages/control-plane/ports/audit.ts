export interface AuditRecord {
  readonly number: number;
  readonly at: Date;
  /** The e-mail of an account, or what acted by itself: `gateway NAME`. */
  readonly actor: string;
  /** The account's name as it is now; null for what is no account. */
  readonly actorName: string | null;
  readonly verb: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

export interface AuditReader {
  /** Newest first; `actor` is part of an e-mail or of a name, `before` is the number of the last row of the page before. */
  list(filter: {
    actor: string | null;
    object: string | null;
    before: number | null;
    limit: number;
  }): Promise<readonly AuditRecord[]>;
}
