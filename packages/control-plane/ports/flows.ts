import type { AccountId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import type { AuditFact } from './outcome.ts';

export interface FlowRecord {
  readonly id: DesktopFlowId;
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly id: AccountId; readonly name: string };
  readonly coOwners: readonly string[];
  readonly users: readonly string[];
  readonly version: number;
  readonly inputs: readonly FlowParameter[];
  readonly outputs: readonly FlowParameter[];
  readonly problems: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The last ten results, newest first. */
  readonly lastResults: readonly ('succeeded' | 'failed' | 'cancelled' | 'timedOut' | 'uncertain')[];
  readonly lastRunAt: Date | null;
}

/** A script with what was read from it once, when it was saved. */
export interface ReadScript {
  readonly script: string;
  readonly inputs: readonly FlowParameter[];
  readonly outputs: readonly FlowParameter[];
  /** Errors that keep it from running, counted. */
  readonly problems: number;
}

export interface FlowVersionRecord {
  readonly version: number;
  readonly savedAt: Date;
  readonly savedBy: string;
  readonly bytes: number;
}

export interface FlowStore {
  /** By name; `visibleTo` null lists everybody's. */
  list(search: string | null, visibleTo: AccountId | null): Promise<readonly FlowRecord[]>;
  byId(id: string): Promise<FlowRecord | undefined>;
  add(
    flow: { id: DesktopFlowId; name: string; description: string; ownerId: AccountId; read: ReadScript },
    audit: AuditFact,
  ): Promise<'added' | 'name-taken'>;
  change(
    id: string,
    change: { name?: string; description?: string; coOwners?: readonly string[]; users?: readonly string[] },
    audit: AuditFact,
  ): Promise<'changed' | 'name-taken'>;
  script(id: string, version: number): Promise<string | undefined>;
  /** Saves the next version only when `baseVersion` is still the current one. */
  save(
    id: string,
    baseVersion: number,
    read: ReadScript,
    savedBy: AccountId,
    audit: AuditFact,
  ): Promise<{ saved: number } | { newer: number }>;
  versions(id: string): Promise<readonly FlowVersionRecord[]>;
  remove(id: string, audit: AuditFact): Promise<'removed' | 'in-use'>;
}
