export interface AuditRecord {
  readonly number: number;
  readonly at: Date;
  readonly actor: string;
  readonly verb: string;
  readonly object: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

export interface AuditReader {
  /** Newest first; `before` is the number of the last row of the page before. */
  list(filter: {
    actor: string | null;
    object: string | null;
    before: number | null;
    limit: number;
  }): Promise<readonly AuditRecord[]>;
}
