import { existsSync } from 'node:fs';
import { cpus, hostname, totalmem, userInfo } from 'node:os';
import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type {
  AccountCheck,
  AccountCheckRequest,
  AttachRequest,
  HostedSession,
  PasswordCheck,
  SessionAccount,
  SessionHost,
  SessionHostProbe,
  SessionRecord,
  SessionRefusal,
  SessionRefusalCode,
  SessionResult,
  SignInRequest,
} from '../../ports/session-host.ts';
import { noPersons } from '../../ports/persons.ts';
import { accountSpellings } from '../../session-desktop/accounts.ts';
import { attachable, whereToAttach } from '../../session-desktop/attachable.ts';
import { SESSION_MARKER } from '../../session-desktop/containment.ts';
import { startDesktop } from '../../session-desktop/desktop-start.ts';
import { displayNumber } from '../../session-desktop/displays.ts';
import { canOpenDisplays, installedPrograms, missingSentences } from '../../session-desktop/installed-programs.ts';
import { keepDescriptorsFromChildren } from '../../session-desktop/inherited-descriptors.ts';
import { LockProbes } from '../../session-desktop/lock-probes.ts';
import { systemBusAddress } from '../../session-desktop/logind.ts';
import { operatingSystemName } from '../../session-desktop/operating-system.ts';
import { startTimeOf } from '../../session-desktop/process-facts.ts';
import { lstatOf } from '../../session-desktop/runtime-folder.ts';
import { probeLockInside, type HelperProgram } from '../../session-desktop/session-helper.ts';
import { prepareProcess, type WaitingProcess } from '../../session-desktop/session-process.ts';
import { ourFact, personSessions, type PersonSession } from '../../session-desktop/session-listing.ts';
import type { SessionOwner } from '../../session-desktop/session-owner.ts';
import { SessionRegister, type BeginRequest } from '../../session-desktop/session-register.ts';
import { giveLockBack, holdsLock, takeLock } from './account-lock.ts';
import { ownBase, ownCgroup } from './own-places.ts';

export interface VirtualHostOptions extends HelperProgram {
  readonly owner?: SessionOwner;
  readonly runtimeFolder?: string;
  readonly log?: (line: string) => void;
  /** Which programs are there; given by tests of machines without them. */
  readonly findProgram?: (name: string) => string | null;
}

const DESKTOP_TIMEOUT_MS = 20_000;

/**
 * The gateway's own account on a virtual display, so that anyone can try Deskhand without root. Nothing separates a flow
 * from the gateway here. Nobody is asked before a run joins the own open session: whoever started this gateway let it act
 * as this account, and a run of the same account could reach that screen anyway.
 */
export class VirtualHost implements SessionHost {
  readonly kind = 'virtual';
  readonly persons = noPersons('This gateway runs without root, so it can ask nobody but its own account.');
  private readonly options: VirtualHostOptions;
  private readonly own: SessionAccount;
  private readonly base: string;
  private readonly register: SessionRegister;
  private readonly probes: LockProbes;

  constructor(options: VirtualHostOptions) {
    this.options = options;
    const { username, uid, gid, homedir, shell } = userInfo();
    this.own = { user: username, uid, gid, home: homedir, shell: shell ?? '/bin/sh' };
    this.base = options.runtimeFolder ?? ownBase(uid);
    this.register = new SessionRegister({
      base: this.base,
      baseMode: 0o700,
      owner: options.owner ?? { instance: 'gateway', dataFolder: null },
      cgroupParent: ownCgroup(),
      changeUser: false,
      helper: options,
      log: options.log ?? (() => undefined),
      release: ({ record }) => Promise.resolve(giveLockBack(this.lockPath(), record.sessionId)),
      isHeld: ({ record }) => holdsLock(this.lockPath(), record.sessionId),
    });
    keepDescriptorsFromChildren();
    this.probes = new LockProbes((entrance) => probeLockInside(options, entrance), false);
  }

  private lockPath(): string {
    return this.register.lockPath(this.own.uid);
  }

  probe(): Promise<SessionHostProbe> {
    const programs = installedPrograms(this.options.findProgram);
    const helper = [this.options.nodePath, this.options.helperPath].filter((path) => !existsSync(path));
    const missing = helper.map(
      (path) => `${path} is missing, so nothing can be done inside sessions: start the gateway again.`,
    );
    return Promise.resolve({
      unattended: helper.length === 0 && canOpenDisplays(programs),
      attended: helper.length === 0,
      liveView: programs.xvnc !== null,
      missing: [
        ...missing,
        ...missingSentences({ ...programs, setpriv: '', zenity: '' }).map((one) =>
          one.replace(': apt-get', ': sudo apt-get'),
        ),
      ],
      operatingSystem: operatingSystemName(),
      memoryBytes: totalmem(),
      cores: cpus().length,
      ownUser: this.own.user,
    });
  }

  async listSessions(): Promise<readonly SessionFact[]> {
    const people = await this.people();
    this.probes.forgetAllBut(people);
    const judged = await Promise.all(people.map((one) => this.probes.judge(one, 'lately')));
    const ours = this.register.stored().flatMap((one) => (one.record.kind === 'signed-in' ? [ourFact(one)] : []));
    return [...ours, ...judged.filter((one) => one !== undefined)];
  }

  /** Only the own account's: this gateway can use no other, and the processes of others are closed to it. */
  private people(): Promise<readonly PersonSession[]> {
    const ids = new Set(this.register.stored().map((one) => one.record.sessionId));
    return personSessions({
      mayHaveSession: (uid) => uid === this.own.uid,
      isOurs: (_pid, environment) => ids.has(environment.get(SESSION_MARKER) ?? ''),
      ourLeaders: new Set(),
      systemBusAddress: systemBusAddress(),
    });
  }

  findAccount(accountName: string): Promise<PasswordCheck> {
    const { user } = this.own;
    if (accountSpellings(accountName, hostname()).includes(user))
      return Promise.resolve({ ok: true, account: this.own });
    return Promise.resolve(
      refuse(
        'account-refused',
        `This gateway runs without root, so it can only use its own account ${user}, not ${accountName}.`,
      ),
    );
  }

  /** Needs none: the gateway already is the account. */
  checkPassword(account: SessionAccount): Promise<PasswordCheck> {
    return this.findAccount(account.user);
  }

  /** Nobody is signed in here, so there is no password that could be right or wrong. */
  async checkAccount({ accountName }: AccountCheckRequest): Promise<AccountCheck> {
    const found = await this.findAccount(accountName);
    return { answer: found.ok ? 'not-supported' : 'not-permitted', isDirectoryAccount: false };
  }

  async signIn(request: SignInRequest): Promise<SessionResult> {
    const programs = installedPrograms(this.options.findProgram);
    if (!canOpenDisplays(programs))
      return refuse(
        'cannot-create-session',
        `This machine cannot open a display. ${missingSentences({ ...programs, zenity: '' }).join(' ')}`,
      );
    const found = await this.findAccount(request.accountName);
    if (!found.ok) return found;
    if (request.signal.aborted) return refuse('cancelled', CANCELLED);
    const begun = this.begin(request, 'signed-in', {});
    if (begun === undefined) return this.inUse();
    const { screen, signal, prepare } = request;
    let prepared: WaitingProcess | undefined;
    const started = await startDesktop({
      entrance: begun.entrance,
      userFolder: begun.folder.userPath,
      screen,
      programs,
      timeoutMs: DESKTOP_TIMEOUT_MS,
      signal,
      onStarting: (entrance) => {
        prepared?.end();
        prepared = prepare && prepareProcess(entrance, prepare);
      },
    });
    if (!started.ok || signal.aborted) {
      await begun.undo(started.ok ? started.desktop.displayNumber : undefined);
      if (started.ok || started.because === 'cancelled') return refuse('cancelled', CANCELLED);
      if (started.because === 'timed-out')
        return refuse('session-creation-timeout', 'The virtual display did not become usable in time.');
      this.options.log?.(`The virtual display could not be opened: ${started.detail}`);
      return refuse('cannot-create-session', `The virtual display could not be opened. ${started.sentence}`);
    }
    const { desktop } = started;
    const facts = {
      displayNumber: desktop.displayNumber,
      keeperPid: desktop.keeper.pid,
      keeperStartTime: startTimeOf(desktop.keeper.pid) ?? '',
      ...(desktop.vncSocket === null ? {} : { vncSocket: desktop.vncSocket }),
    };
    return {
      ok: true,
      session: begun.complete({ display: desktop.display, environment: desktop.environment, facts, prepared }),
    };
  }

  /** Undefined when the account's lock is taken. */
  private begin(
    request: { readonly sessionId: string; readonly runId: string },
    kind: BeginRequest['kind'],
    environment: Readonly<Record<string, string>>,
  ) {
    const { sessionId, runId } = request;
    const exists = (id: string): boolean => lstatOf(`${this.base}/sessions/${id}`) !== undefined;
    if (!takeLock(this.lockPath(), sessionId, exists)) return undefined;
    try {
      return this.register.begin({ sessionId, runId, kind, account: this.own, limits: [], environment, facts: {} });
    } catch (error) {
      giveLockBack(this.lockPath(), sessionId);
      throw error;
    }
  }

  private inUse() {
    return refuse('session-exists', `Deskhand already uses the account ${this.own.user} on this machine.`);
  }

  async attach(request: AttachRequest): Promise<SessionResult> {
    const found = await this.findAccount(request.accountName);
    if (!found.ok) return found;
    const people = await this.people();
    const judged = await Promise.all(
      people.map(async (one) => ({ ...one, fact: await this.probes.judge(one, 'now') })),
    );
    const where = whereToAttach(this.own.user, judged);
    if (!where.ok) return where;
    if (request.signal.aborted) return refuse('cancelled', CANCELLED);
    const begun = this.begin(request, 'attached', attachable(where.session, this.own, false).environment);
    if (begun === undefined) return this.inUse();
    const display = where.session.fact.display ?? '';
    return {
      ok: true,
      session: begun.complete({ display, environment: {}, facts: { displayNumber: displayNumber(display) ?? -1 } }),
    };
  }

  adopt(record: SessionRecord): Promise<HostedSession | undefined> {
    return Promise.resolve(this.register.adopt(record));
  }

  sweep(keep: ReadonlySet<string>): Promise<readonly string[]> {
    return this.register.sweep(keep);
  }
}

const CANCELLED = 'The sign-in was cancelled.';

function refuse(code: SessionRefusalCode, message: string): { readonly ok: false; readonly because: SessionRefusal } {
  return { ok: false, because: { code, message } };
}
