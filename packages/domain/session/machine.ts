/** The four machine policies of DESIGN §6. */
export type MachinePolicy = 'single-session' | 'multi-session' | 'linux' | 'virtual';

/** Windows rules that a Linux machine may obey for a rehearsal (DESIGN §6); `rds`: with Remote Desktop Services (S39). */
export const rehearsals = ['single-session', 'multi-session', 'multi-session-rds'] as const;
export type Rehearsal = (typeof rehearsals)[number];

export type SessionState = 'active' | 'inactive' | 'disconnected';

/** One operating-system session on a machine, as the gateway reports it. */
export interface SessionFact {
  readonly id: string;
  /** The account's name in the machine's own spelling, lower case, without its domain. */
  readonly user: string;
  readonly uid: number | null;
  readonly state: SessionState;
  /** `unknown` counts as locked. */
  readonly locked: boolean | 'unknown';
  /** Made by Deskhand: counts as used capacity until its sign-out is complete, never as a leftover. */
  readonly ours: boolean;
  /** The run it serves, for sessions of ours. */
  readonly runId: string | null;
  readonly display: string | null;
  readonly type: 'x11' | 'wayland' | 'console' | 'rdp' | 'other';
}

/** What a gateway knows of its machine; `version` rises with every change, so that a decline can name what it saw. */
export interface MachineFacts {
  readonly version: number;
  readonly operatingSystem: string;
  /** Follows from the operating system and the kind of session adapter. */
  readonly reportedPolicy: MachinePolicy;
  readonly sessions: readonly SessionFact[];
  /** User sessions this machine can hold at once, people's included: the limit it reports or measured. */
  readonly sessionLimit: number;
  /** With Remote Desktop Services on Windows Server (S39); false elsewhere. */
  readonly remoteDesktopServices: boolean;
  readonly canUnattended: boolean;
  readonly canAttended: boolean;
  /** What is missing for either, as sentences with the fix. */
  readonly missing: readonly string[];
  /** The account that a `virtual` machine runs everything as. */
  readonly ownUser: string | null;
}
