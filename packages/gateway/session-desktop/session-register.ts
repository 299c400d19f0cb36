import { readdirSync } from 'node:fs';
import type { HostedSession, SessionAccount, SessionRecord } from '../ports/session-host.ts';
import { cgroupContainment, makeCgroup, markerContainment, SESSION_MARKER, type Containment } from './containment.ts';
import { liveDisplays } from './displays.ts';
import { accountEnvironment, type Entrance } from './entrance.ts';
import { endForced, hostSession, type SessionParts } from './hosted-session.ts';
import { isAlive } from './process-facts.ts';
import {
  lstatOf,
  makeBase,
  makeRuntimeFolder,
  removeRuntimeFolder,
  runtimeFolder,
  sessionIds,
  storedSession,
  storeSession,
  type RuntimeFolder,
  type StoredSession,
} from './runtime-folder.ts';
import type { HelperProgram } from './session-helper.ts';
import type { WaitingProcess } from './session-process.ts';
import { isOwnerGone, type SessionOwner } from './session-owner.ts';

export interface RegisterOptions {
  /** `/run/deskhand`, or a private folder of the gateway's account. */
  readonly base: string;
  readonly baseMode: number;
  readonly owner: SessionOwner;
  /** Where cgroups of sessions are made; undefined where the kernel or the machine allows none. */
  readonly cgroupParent: string | undefined;
  readonly changeUser: boolean;
  readonly helper: HelperProgram;
  readonly log: (line: string) => void;
  /** Gives back what was taken for the session beside its processes and folder: the lock, the PAM session. */
  readonly release: (stored: StoredSession) => Promise<void>;
  /** Whether that is still held; a session without it is not adopted. */
  readonly isHeld: (stored: StoredSession) => boolean;
}

/** Where the processes of a session to come will be held, before anybody knows whether it will come. */
export interface Place {
  readonly containment: Containment;
  /** Ends what waits there, unless the session has begun. */
  giveUp(): Promise<void>;
  isTaken: boolean;
}

export interface BeginRequest {
  readonly sessionId: string;
  readonly runId: string;
  readonly kind: SessionRecord['kind'];
  readonly account: SessionAccount;
  readonly limits: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly facts: SessionRecord['facts'];
  readonly place?: Place;
}

/** A session being made: it can be completed or undone, and both may happen to a half of it. */
export interface BegunSession {
  readonly folder: RuntimeFolder;
  readonly entrance: Entrance;
  complete(made: {
    readonly display: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly facts: SessionRecord['facts'];
    readonly prepared?: WaitingProcess | undefined;
  }): HostedSession;
  undo(display?: number): Promise<void>;
}

/** No full stop: it ends the instance in names of cgroups. */
const INSTANCE = /^[A-Za-z0-9_-]{1,40}$/;
const WATCH_INTERVAL_MS = 500;
/** A folder without a record was being made when its gateway died, unless it is being made right now. */
const UNRECORDED_AGE_MS = 60_000;

/** The sessions of one gateway on this machine: what is on disk, in cgroups, and held by this process. */
export class SessionRegister {
  private readonly options: RegisterOptions;
  private readonly held = new Map<string, HostedSession | 'beginning'>();

  constructor(options: RegisterOptions) {
    if (!INSTANCE.test(options.owner.instance))
      throw new Error(`An instance name cannot be ${JSON.stringify(options.owner.instance)}.`);
    this.options = options;
    makeBase(options.base, options.baseMode);
  }

  lockPath(uid: number): string {
    return `${this.options.base}/locks/${uid}`;
  }

  /** Throws when the id was used before and its session is still there: ids are unique for ever. */
  reserve(sessionId: string, uid: number): Place {
    const folder = runtimeFolder(this.options.base, sessionId);
    if (lstatOf(folder.path) !== undefined) throw new Error(`The session ${sessionId} exists already.`);
    // From here on no sweep takes it for the remains of an earlier gateway.
    this.held.set(sessionId, 'beginning');
    const containment = this.makeContainment(sessionId, uid);
    const place: Place = {
      containment,
      isTaken: false,
      giveUp: async () => {
        if (place.isTaken) return;
        if (!(await containment.end()))
          this.options.log(`The cgroup of the session ${sessionId} could not be removed.`);
        this.held.delete(sessionId);
      },
    };
    return place;
  }

  /** For what stands before a session: it has neither variables nor limits yet. */
  doorstep(sessionId: string, account: SessionAccount, { containment }: Place): Entrance {
    const { changeUser } = this.options;
    return {
      account,
      cgroup: containment.cgroup,
      changeUser,
      limits: [],
      environment: { [SESSION_MARKER]: sessionId },
    };
  }

  begin(request: BeginRequest): BegunSession {
    const { sessionId, account, kind } = request;
    const place = request.place ?? this.reserve(sessionId, account.uid);
    place.isTaken = true;
    const { containment } = place;
    const folder = runtimeFolder(this.options.base, sessionId);
    makeRuntimeFolder(folder, kind === 'signed-in' ? account : undefined, this.options.changeUser);
    const entrance: Entrance = {
      account,
      cgroup: containment.cgroup,
      changeUser: this.options.changeUser,
      limits: request.limits,
      environment: { ...accountEnvironment(account), ...request.environment, [SESSION_MARKER]: sessionId },
    };
    const stored = this.record(request, folder, entrance);
    storeSession(folder, stored);
    return {
      folder,
      entrance,
      complete: ({ display, environment, facts, prepared }) => {
        const complete: StoredSession = {
          ...stored,
          environment: { ...entrance.environment, ...environment },
          ready: true,
          record: { ...stored.record, display, facts: { ...stored.record.facts, ...facts } },
        };
        storeSession(folder, complete);
        return this.host(complete, containment, 'made', prepared);
      },
      undo: async (display) => {
        const release = (): Promise<void> => this.options.release(stored);
        await endForced({ containment, entrance, folder, release, log: this.options.log, sessionId, display });
        this.held.delete(sessionId);
      },
    };
  }

  private record(request: BeginRequest, folder: RuntimeFolder, entrance: Entrance): StoredSession {
    const { sessionId, runId, kind, account, facts } = request;
    const { user, uid, gid, home, shell } = account;
    return {
      owner: this.options.owner,
      ready: false,
      account: { gid, home, shell },
      limits: request.limits,
      environment: entrance.environment,
      record: {
        sessionId,
        runId,
        kind,
        user,
        uid,
        display: '',
        facts: { ...facts, folder: folder.path, cgroup: entrance.cgroup },
      },
    };
  }

  /** Every session of ours that is on disk, of any gateway of this machine. */
  stored(): readonly StoredSession[] {
    return sessionIds(this.options.base).flatMap((id) => storedSession(this.options.base, id) ?? []);
  }

  adopt(record: SessionRecord): HostedSession | undefined {
    const held = this.held.get(record.sessionId);
    if (held !== undefined) return held === 'beginning' ? undefined : held;
    const stored = storedSession(this.options.base, record.sessionId);
    if (
      stored === undefined ||
      !stored.ready ||
      stored.owner.instance !== this.options.owner.instance ||
      stored.record.uid !== record.uid
    )
      return undefined;
    if (!this.options.isHeld(stored) || !this.isThere(stored)) return undefined;
    return this.host(stored, this.containmentOf(stored), 'adopted');
  }

  /** Ends what is not kept, whatever state a crash left it in. What does not end is told and tried again next time. */
  async sweep(keep: ReadonlySet<string>): Promise<readonly string[]> {
    const swept: string[] = [];
    for (const sessionId of new Set([...sessionIds(this.options.base), ...this.strayCgroups()])) {
      if (keep.has(sessionId) || this.held.get(sessionId) === 'beginning') continue;
      try {
        if (await this.sweepOne(sessionId)) swept.push(sessionId);
      } catch (error) {
        this.options.log(
          `Sweeping the session ${sessionId} failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return swept;
  }

  private async sweepOne(sessionId: string): Promise<boolean> {
    const held = this.held.get(sessionId);
    if (held !== undefined && held !== 'beginning') {
      await held.signOut({ graceMs: 0 });
      return true;
    }
    const stored = storedSession(this.options.base, sessionId);
    const folder = runtimeFolder(this.options.base, sessionId);
    if (stored === undefined) return this.sweepUnrecorded(sessionId, folder);
    const isOwn = stored.owner.instance === this.options.owner.instance;
    // Without an owner it is somebody's for as long as its lock is held.
    const isNobodys = stored.owner.instance === '' && !this.options.isHeld(stored);
    if (!isOwn && !isNobodys && !isOwnerGone(stored.owner)) return false;
    const number = stored.record.facts['displayNumber'];
    await endForced({
      containment: this.containmentOf(stored),
      entrance: this.entranceOf(stored),
      folder,
      release: () => this.options.release(stored),
      log: this.options.log,
      sessionId,
      display: stored.record.kind === 'signed-in' && typeof number === 'number' ? number : undefined,
    });
    return true;
  }

  /** Without a record nobody was let in yet: the folder is empty, or there is only a cgroup that lost its folder. */
  private async sweepUnrecorded(sessionId: string, folder: RuntimeFolder): Promise<boolean> {
    const found = lstatOf(folder.path);
    if (found !== undefined && Date.now() - found.mtimeMs < UNRECORDED_AGE_MS) return false;
    const cgroup = this.cgroupPath(sessionId);
    if (cgroup !== undefined) await cgroupContainment(cgroup).end();
    if (found === undefined) return true;
    const nobody: SessionAccount = { user: 'nobody', uid: 65_534, gid: 65_534, home: '/', shell: '/bin/sh' };
    return removeRuntimeFolder(
      folder,
      { account: nobody, cgroup: '', changeUser: this.options.changeUser, limits: [], environment: {} },
      undefined,
    );
  }

  private host(
    stored: StoredSession,
    containment: Containment,
    how: 'made' | 'adopted',
    prepared?: WaitingProcess,
  ): HostedSession {
    const { record, account } = stored;
    const parts: SessionParts = {
      record,
      account: { user: record.user, uid: record.uid, ...account },
      entrance: this.entranceOf(stored),
      containment,
      folder: runtimeFolder(this.options.base, record.sessionId),
      helper: this.options.helper,
      prepared,
      log: this.options.log,
      watch: (stop) => this.watch(stored, stop),
      release: async () => {
        await this.options.release(stored);
        this.held.delete(record.sessionId);
      },
    };
    const session = hostSession(parts);
    this.held.set(record.sessionId, session);
    if (how === 'adopted') this.options.log(`Adopted the session ${record.sessionId} of ${record.user}.`);
    return session;
  }

  private watch(stored: StoredSession, stop: AbortSignal): Promise<{ readonly because: string }> {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (this.isThere(stored)) return;
        clearInterval(timer);
        resolve({
          because:
            stored.record.kind === 'signed-in' ? 'The display of the session ended.' : 'The person has signed out.',
        });
      }, WATCH_INTERVAL_MS);
      timer.unref();
      stop.addEventListener('abort', () => clearInterval(timer));
    });
  }

  /** A session of ours lives with the shell that keeps its X server; one of a person's with its display. */
  private isThere({ record }: StoredSession): boolean {
    const { keeperPid, keeperStartTime, displayNumber } = record.facts;
    if (record.kind === 'attached') return typeof displayNumber === 'number' && liveDisplays().has(displayNumber);
    return isAlive({ pid: Number(keeperPid), startTime: String(keeperStartTime) });
  }

  private entranceOf({ record, account, limits, environment }: StoredSession): Entrance {
    const { user, uid, facts } = record;
    return {
      account: { user, uid, ...account },
      cgroup: String(facts['cgroup'] ?? ''),
      changeUser: this.options.changeUser,
      limits,
      environment,
    };
  }

  private containmentOf({ record }: StoredSession): Containment {
    const cgroup = record.facts['cgroup'];
    return typeof cgroup === 'string' && cgroup !== ''
      ? cgroupContainment(cgroup)
      : markerContainment(record.sessionId, record.uid);
  }

  private makeContainment(sessionId: string, uid: number): Containment {
    const cgroup = this.cgroupPath(sessionId);
    return cgroup !== undefined && makeCgroup(cgroup) ? cgroupContainment(cgroup) : markerContainment(sessionId, uid);
  }

  private cgroupPrefix(): string {
    return `deskhand-${this.options.owner.instance}.`;
  }

  private cgroupPath(sessionId: string): string | undefined {
    return this.options.cgroupParent === undefined
      ? undefined
      : `${this.options.cgroupParent}/${this.cgroupPrefix()}${sessionId}`;
  }

  private strayCgroups(): readonly string[] {
    if (this.options.cgroupParent === undefined) return [];
    try {
      const prefix = this.cgroupPrefix();
      return readdirSync(this.options.cgroupParent).flatMap((name) =>
        name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
      );
    } catch {
      return [];
    }
  }
}
