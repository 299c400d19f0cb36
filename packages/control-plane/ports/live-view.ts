import type { RunState } from '@deskhand/domain/run/run.ts';
import type { AuditFact } from './outcome.ts';

/** The screen of a run, as far as it decides who may watch it. */
export interface ScreenRecord {
  readonly attempt: number;
  readonly state: RunState;
  readonly submittedBy: string;
  readonly clusterName: string;
  readonly isAllowedByCluster: boolean;
  readonly gateway: {
    readonly id: string;
    readonly name: string;
    readonly isOnline: boolean;
    readonly linkVersion: number;
  } | null;
}

export interface LiveViewStore {
  screenOf(runId: string): Promise<ScreenRecord | undefined>;
  /** Somebody begins or ends to watch: the only thing that is ever written of it. */
  note(audit: AuditFact): Promise<void>;
}
