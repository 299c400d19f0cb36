import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { RunResult } from '@deskhand/protocol/link/messages.ts';
import type { RunnerResult } from '@deskhand/protocol/runner.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { AttemptFacts, Journal } from '../ports/journal.ts';
import type { Link } from '../ports/link.ts';
import type { BootClock, GatewayLog, Processes, RunnerKit } from '../ports/machine.ts';
import type { FrameLines } from '../ports/frame-lines.ts';
import type { MachineProbes } from '../ports/machine-probes.ts';
import type { RunnerChannel, RunnerChannels, ScreenshotStore, Spools } from '../ports/runner-channels.ts';
import type { PreflightMemory } from '../ports/preflight-memory.ts';
import type { SecretOpener } from '../ports/secrets.ts';
import type { HostedSession, SessionHost } from '../ports/session-host.ts';
import type { AccountTurns } from './account-turns.ts';
import type { AttemptBook } from './attempt-book.ts';
import type { AttemptKey } from './attempt-record.ts';
import type { FailedRun } from './machine-checks.ts';
import type { MachineWatch } from './machine-watch.ts';

/** What the gateway's use cases work with. */
export interface GatewayPorts {
  readonly host: SessionHost;
  readonly journal: Journal;
  readonly link: Link;
  readonly channels: RunnerChannels;
  readonly spools: Spools;
  readonly screenshots: ScreenshotStore;
  readonly clock: BootClock;
  readonly nowMs: () => number;
  readonly timers: Timers;
  readonly processes: Processes;
  readonly kit: () => RunnerKit;
  readonly secrets: SecretOpener;
  readonly probes: MachineProbes;
  readonly preflights: PreflightMemory;
  readonly frames: FrameLines;
  /** Ends this program and lets the next one adopt what runs. */
  readonly restart: () => void;
  readonly log: GatewayLog;
  /** Other than the usual pace of looks at the machine; a simulation of hours takes a slower one. */
  readonly factsPollIntervalMs?: number;
}

/** What the running gateway finds on its machine; with a run its sessions are judged by that run's rules. */
export interface Doctor {
  readonly report: (core: Core, run?: FailedRun) => Promise<DoctorReport>;
}

/** The ports together with what the gateway holds in memory. */
export interface Core extends GatewayPorts {
  readonly book: AttemptBook;
  readonly machine: MachineWatch;
  readonly doctor: Doctor;
  readonly accountTurns: AccountTurns;
  /** Attempts whose sign-out or delivery is not complete. */
  readonly inHand: Map<AttemptKey, AttemptInHand>;
  /** Acquired by us, not yet confirmed by the server: they hold their slot and account already. */
  readonly acquiring: Map<AttemptKey, Acquiring>;
  /** A server has heard how far the journal had come when it was opened, and what it had asked for. */
  wasReconciled: boolean;
  /** The version of the machine's facts that the server has heard last; null until a server has heard any. */
  factsTold: number | null;
}
export interface Acquiring {
  readonly runId: string;
  readonly attempt: number;
  readonly user: string;
  readonly mode: 'attended' | 'unattended';
}

/**
 * Brings what an attempt has to tell to the server: screenshots, log, and after sign-out its result; all of it again on
 * every link until the server has it.
 */
export interface Courier {
  readonly openLog: (spoolPath: string) => void;
  /** Sends whatever can go now. */
  readonly pump: () => void;
  /** Whatever the old link carried and was not acknowledged goes again. */
  readonly linkIsNew: () => void;
  readonly logAcknowledged: (seq: number) => void;
  readonly resultAcknowledged: () => void;
  readonly ackedSeq: () => number;
  readonly screenshotTaken: () => void;
  /** The server wants nothing of this attempt: it is told nothing more, and forgotten once it has ended. */
  readonly drop: (because: 'stale' | 'forgotten') => void;
}

/** How an attempt ends, before it is known how long each phase took. */
export type Ending = Omit<RunResult, 'phasesMs'>;

/** One attempt while the gateway works on it: its open session, runner and messages on the way. */
export interface AttemptInHand {
  readonly facts: AttemptFacts;
  /** Aborted when the attempt is to end early; what it was is in the record's `endWanted`. */
  readonly ending: AbortController;
  readonly courier: Courier;
  session: HostedSession | undefined;
  channel: RunnerChannel | undefined;
  /** By the boot clock; for the progress that is told beside liveness. */
  lastActionAtMs: number | undefined;
  /** How many pictures the runner has asked for, and whether one is being taken. */
  readonly pictures: { asked: number; isTaking: boolean };
  /** Who watches the screen, by watch; whoever sits there is told. */
  readonly watchers: Map<string, readonly string[]>;
  /** Set while a runner is supervised. */
  onResult: ((result: RunnerResult) => void) | undefined;
  onRunning: (() => void) | undefined;
  /** Resolves when sign-out is complete and the result waits for the server only. */
  finished: Promise<void>;
}
