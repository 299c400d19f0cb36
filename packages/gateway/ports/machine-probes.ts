import type { SessionFact } from '@deskhand/domain/session/machine.ts';

/**
 * What can be found out about a machine, each thing by itself, so that one that hangs keeps nobody from the others. The
 * running gateway and `deskhand doctor` at the machine look with the same eyes; what only the one of them can know is null.
 */
export interface MachineProbes {
  /** Of Deskhand here. */
  readonly version: string;
  readonly nodeVersion: string;
  readonly gateway: () => Promise<GatewayStanding>;
  readonly server: () => Promise<ServerReach>;
  readonly link: () => Promise<LinkStanding>;
  readonly sessions: () => Promise<SessionsFound>;
  readonly programs: () => Promise<ProgramsFound>;
  readonly disk: () => Promise<DiskFound>;
  readonly pam: () => Promise<PamFound>;
  readonly capacity: () => Promise<CapacityFound>;
}

export interface GatewayStanding {
  readonly folder: string;
  readonly isEnrolled: boolean;
  /** The process that holds the data folder; null while none does. */
  readonly pid: number | null;
  /** What systemd says of the unit: `active`, `failed`, …; null where there is no such unit. */
  readonly service: string | null;
}

export type ServerReach =
  | { readonly ok: true; readonly url: string; readonly tookMs: number; readonly skewMs: number | null }
  | { readonly ok: false; readonly url: string | null; readonly because: string };

export interface LinkStanding {
  /** Null: nobody has written it down. */
  readonly isUp: boolean | null;
  readonly because: string;
  /** Of the error table, where the link met one of its errors. */
  readonly code: string | null;
  /** Since when, by the machine's clock. */
  readonly since?: string;
}

export interface SessionsFound {
  readonly sessions: readonly SessionFact[];
  /** Runs that the gateway has in hand; null where the asker cannot know. */
  readonly inHand: ReadonlySet<string> | null;
  readonly limit: number;
}

export interface ProgramsFound {
  readonly canOpenDisplays: boolean;
  /** Sentences with the command that mends each. */
  readonly missing: readonly string[];
}

export interface DiskFound {
  readonly folder: string;
  readonly freeBytes: number;
  readonly neededBytes: number;
  readonly journalBytes: number;
  readonly journalFault: string | null;
}

export interface PamFound {
  /** False on a machine that signs nobody in. */
  readonly isNeeded: boolean;
  readonly found: string;
  readonly trouble: string | null;
}

export interface CapacityFound {
  readonly memoryBytes: number;
  readonly availableBytes: number;
  readonly cores: number;
  readonly limit: number;
}
