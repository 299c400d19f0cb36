import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { Persons } from './persons.ts';

/**
 * Signs accounts in and out of a machine. Adapters: `linux` (root: any account), `virtual` (the gateway's own account on
 * a virtual display, no isolation), the simulator's, and later `windows`. One contract suite runs against each.
 */
export interface SessionHost {
  readonly kind: 'linux' | 'virtual' | 'windows';
  /** What this machine can do now, with what is missing and how to get it. */
  probe(): Promise<SessionHostProbe>;
  /** Every user session of the machine, people's and ours, in tens of milliseconds. */
  listSessions(): Promise<readonly SessionFact[]>;
  /** The sessions that people opened themselves. */
  readonly persons: Persons;
  /** Proves a password without opening anything. */
  checkPassword(account: SessionAccount, password: string): Promise<PasswordCheck>;
  /** Whether the account would be signed in; opens nothing, and never uses the last try before an account is locked. */
  checkAccount(request: AccountCheckRequest): Promise<AccountCheck>;
  /** Resolves when a program can show a window. Refuses a user who has a session of any kind (S20, S40). */
  signIn(request: SignInRequest): Promise<SessionResult>;
  /** Joins the open, unlocked session of a person; opens and ends nothing. */
  attach(request: AttachRequest): Promise<SessionResult>;
  /** Finds a session of ours again after the gateway restarted, or nothing when it has gone. */
  adopt(record: SessionRecord): Promise<HostedSession | undefined>;
  /** Ends every session of ours that is not in `keep`, with all its processes; returns what was swept. */
  sweep(keep: ReadonlySet<string>): Promise<readonly string[]>;
}

export interface SessionHostProbe {
  readonly unattended: boolean;
  readonly attended: boolean;
  readonly liveView: boolean;
  /** Sentences with the exact command that mends each. */
  readonly missing: readonly string[];
  readonly operatingSystem: string;
  readonly memoryBytes: number;
  readonly cores: number;
  /** The one account of a `virtual` machine; null where any account can sign in. */
  readonly ownUser: string | null;
}

/** An account of this machine, resolved by name lookup before any password is looked at. */
export interface SessionAccount {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export interface SignInRequest {
  /** Ours, unique for ever: `<runId>-<attempt>`; it names the runtime folder, the cgroup and DESKHAND_SESSION. */
  readonly sessionId: string;
  readonly runId: string;
  /** As written in the connection, for example `.\alice`. */
  readonly accountName: string;
  /** Undefined only where the adapter needs none (`virtual`). */
  readonly password: string | undefined;
  readonly screen: { readonly width: number; readonly height: number };
  /** Started once the account is proven, while its display opens, so that neither waits for the other. */
  readonly prepare?: Omit<SessionProgram, 'stdin'>;
  readonly signal: AbortSignal;
}

export interface AttachRequest {
  readonly sessionId: string;
  readonly runId: string;
  readonly accountName: string;
  /** Without a password the person at the session must accept once on the screen. */
  readonly password: string | undefined;
  /** What the question on the screen says when acceptance is needed. */
  readonly purpose: string;
  readonly signal: AbortSignal;
}

export type SessionResult =
  | { readonly ok: true; readonly session: HostedSession }
  | { readonly ok: false; readonly because: SessionRefusal };

export interface SessionRefusal {
  readonly code: SessionRefusalCode;
  /** A sentence for a person, without secrets. */
  readonly message: string;
}
export type SessionRefusalCode =
  | 'account-unknown'
  | 'account-refused'
  | 'password-wrong'
  | 'password-expired'
  | 'account-expired'
  | 'account-locked'
  | 'session-exists'
  | 'cannot-create-session'
  | 'session-creation-timeout'
  | 'attended-not-signed-in'
  | 'attended-not-active'
  | 'attended-locked'
  | 'attended-wayland'
  | 'attended-not-accepted'
  | 'cancelled';

export type PasswordCheck =
  | { readonly ok: true; readonly account: SessionAccount }
  | { readonly ok: false; readonly because: SessionRefusal };

export interface AccountCheckRequest {
  readonly accountName: string;
  /** Undefined where the connection holds none: then the account alone is looked at. */
  readonly password: string | undefined;
  /** Called right before the password is tried, so that a try is never forgotten; one that throws keeps it from being tried. */
  readonly beforeTry: (account: { readonly isDirectoryAccount: boolean }) => void;
}

export interface AccountCheck {
  readonly answer: PreflightAnswer;
  readonly isDirectoryAccount: boolean;
}

/** What the journal keeps of a session, enough to find it again: plain data, no secrets. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly runId: string;
  readonly kind: 'signed-in' | 'attached';
  readonly user: string;
  readonly uid: number;
  readonly display: string;
  /** Adapter's own facts (cgroup, process ids with start times, folders). */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A session that a run may use, held until `signOut`. */
export interface HostedSession {
  readonly record: SessionRecord;
  readonly account: SessionAccount;
  /** DISPLAY, XAUTHORITY, DBUS_SESSION_BUS_ADDRESS, HOME, PATH, LANG … for programs inside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the sign-in was asked to prepare; absent in sessions that were joined or adopted. */
  readonly prepared?: PreparedProgram;
  /** Starts a program inside the session, as its user, in its cgroup; file descriptors from 3 up are passed on. */
  spawn(program: SessionProgram): SessionProcess;
  /** PNG bytes of the whole screen, taken by a process of the session's user; undefined when it cannot be had. */
  screenshot(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Popups for the person at the screen; a desktop without a notification service costs a log line. */
  readonly notifier: SessionNotifier;
  /** Resolves when the session ended under the run (person signed out, X server died). */
  readonly ended: Promise<{ readonly because: string }>;
  /**
   * For signed-in sessions ends every process of it and resolves when none is left; for attached ones ends only what
   * `spawn` started. May be called twice.
   */
  signOut(options: { readonly graceMs: number }): Promise<void>;
}

/** Waits for its standard input. One that is never told anything ends with its session. */
export interface PreparedProgram {
  start(stdin: string): SessionProcess;
}

export interface SessionProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Written to standard input, then closed. Secrets travel here and nowhere else. */
  readonly stdin?: string;
  /** Already open files of the gateway that the program inherits as descriptors 3, 4, … */
  readonly extraFileDescriptors?: readonly number[];
}

export interface SessionProcess {
  readonly pid: number;
  /** From /proc: with the pid it names one process for ever, so that a restarted gateway adopts no stranger. */
  readonly startTime: string;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly output: AsyncIterable<string>;
  end(graceMs: number): Promise<void>;
}

export interface SessionNotifier {
  /** Shows a popup, replacing the former one of this run. */
  show(notification: {
    readonly title: string;
    readonly body: string;
    readonly urgency: 'low' | 'normal' | 'critical';
    readonly stopButton: boolean;
  }): Promise<void>;
  /** Called when the person presses Stop. */
  onStop(listener: () => void): void;
}
