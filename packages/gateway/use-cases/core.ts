import type { Journal } from '../ports/journal.ts';
import type { Link } from '../ports/link.ts';
import type { BootClock, GatewayLog, Processes, RunnerKit } from '../ports/machine.ts';
import type { RunnerChannels, ScreenshotStore, Spools } from '../ports/runner-channels.ts';
import type { SecretOpener } from '../ports/secrets.ts';
import type { SessionHost } from '../ports/session-host.ts';
import type { AttemptBook } from './attempt-book.ts';
import type { AttemptInHand } from './attempt-in-hand.ts';
import type { AttemptKey } from './attempt-record.ts';
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
  readonly processes: Processes;
  readonly kit: () => RunnerKit;
  readonly secrets: SecretOpener;
  readonly log: GatewayLog;
}

/** The ports together with what the gateway holds in memory. */
export interface Core extends GatewayPorts {
  readonly book: AttemptBook;
  readonly machine: MachineWatch;
  /** Attempts whose sign-out or delivery is not complete. */
  readonly inHand: Map<AttemptKey, AttemptInHand>;
  /** Acquired by us, not yet confirmed by the server: they hold their slot and account already. */
  readonly acquiring: Map<AttemptKey, Acquiring>;
}
export interface Acquiring {
  readonly runId: string;
  readonly attempt: number;
  readonly user: string;
  readonly mode: 'attended' | 'unattended';
}
