import { existsSync } from 'node:fs';
import { cpus, hostname, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type {
  AttachRequest,
  HostedSession,
  PasswordCheck,
  SessionAccount,
  SessionHost,
  SessionHostProbe,
  SessionRecord,
  SessionRefusal,
  SessionResult,
  SignInRequest,
} from '../../ports/session-host.ts';
import { findAccount, whyAccountRefused } from '../../session-desktop/accounts.ts';
import { attachable, whereToAttach } from '../../session-desktop/attachable.ts';
import { cgroup2Root } from '../../session-desktop/containment.ts';
import { startDesktop } from '../../session-desktop/desktop-start.ts';
import { displayNumber } from '../../session-desktop/displays.ts';
import { keepDescriptorsFromChildren } from '../../session-desktop/inherited-descriptors.ts';
import { limitArguments } from '../../session-desktop/entrance.ts';
import {
  canOpenDisplays,
  installedPrograms,
  missingSentences,
  type InstalledPrograms,
} from '../../session-desktop/installed-programs.ts';
import { LockProbes } from '../../session-desktop/lock-probes.ts';
import { systemBusAddress } from '../../session-desktop/logind.ts';
import { operatingSystemName } from '../../session-desktop/operating-system.ts';
import { isAlive, readProcFile, startTimeOf } from '../../session-desktop/process-facts.ts';
import { prepareDisplaySockets, type StoredSession } from '../../session-desktop/runtime-folder.ts';
import { askInside, probeLockInside, type HelperProgram } from '../../session-desktop/session-helper.ts';
import { cgroupOf, ourFact, personSessions, type PersonSession } from '../../session-desktop/session-listing.ts';
import type { SessionOwner } from '../../session-desktop/session-owner.ts';
import { SessionRegister, type BegunSession } from '../../session-desktop/session-register.ts';
import { endLeader, Leaders, type Leader } from './leader.ts';
import type { LeaderAnswer } from './leader-protocol.ts';
import { ensurePamService, PAM_SERVICE } from './pam-service.ts';
import { cancelledOrLate, notAccepted, refusalOf, refuse } from './sign-in-refusal.ts';

export interface LinuxHostOptions extends HelperProgram {
  /** Accounts that the machine's own configuration allows although they belong to the system. */
  readonly systemAccounts?: readonly string[];
  /** Tells several gateways on one machine apart; each sweeps its own sessions and those of gateways that are gone. */
  readonly owner?: SessionOwner;
  readonly runtimeFolder?: string;
  readonly systemBusAddress?: string | undefined;
  /** The session leader and the Node that runs it, as root. */
  readonly leaderPath?: string;
  readonly leaderNodePath?: string;
  readonly log?: (line: string) => void;
}

const SIGN_IN_TIMEOUT_MS = 60_000;
const DESKTOP_TIMEOUT_MS = 20_000;

/** Signs in any account of the machine. Runs as root; everything that touches a user's things runs as that user. */
export class LinuxHost implements SessionHost {
  readonly kind = 'linux';
  private readonly options: LinuxHostOptions;
  private readonly register: SessionRegister;
  private readonly probes: LockProbes;
  private readonly leaders: Leaders;
  private readonly leaderPath: string;
  private readonly busAddress: string | undefined;
  private readonly pamTrouble: string | undefined;
  private readonly displayTrouble: string | undefined;

  constructor(options: LinuxHostOptions) {
    this.options = options;
    const base = options.runtimeFolder ?? '/run/deskhand';
    const cgroupParent = cgroup2Root();
    this.busAddress = options.systemBusAddress ?? systemBusAddress();
    this.register = new SessionRegister({
      base,
      baseMode: 0o711,
      owner: options.owner ?? { instance: 'gateway', dataFolder: null },
      cgroupParent,
      changeUser: true,
      helper: options,
      log: options.log ?? (() => undefined),
      release: (stored) => endLeader(leaderOf(stored)),
      isHeld: (stored) => isAlive(leaderOf(stored)),
    });
    this.probes = new LockProbes((entrance) => probeLockInside(options, entrance), true);
    this.leaderPath = options.leaderPath ?? fileURLToPath(new URL('./session-leader.ts', import.meta.url));
    this.leaders = new Leaders({
      nodePath: options.leaderNodePath ?? process.execPath,
      leaderPath: this.leaderPath,
      compileCache: `${base}/compiled`,
      cgroup: cgroupParent === undefined ? undefined : `${cgroupParent}/deskhand.leaders`,
    });
    this.pamTrouble = ensurePamService();
    this.displayTrouble = prepareDisplaySockets();
    if (!keepDescriptorsFromChildren())
      options.log?.('Open files that this gateway inherited could not be kept from sessions.');
  }

  probe(): Promise<SessionHostProbe> {
    const programs = installedPrograms();
    const trouble = [this.pamTrouble, this.displayTrouble, this.helperTrouble()].filter((one) => one !== undefined);
    this.leaders.prepare();
    const usable = trouble.length === 0 && programs.setpriv !== null;
    return Promise.resolve({
      unattended: usable && canOpenDisplays(programs),
      attended: usable,
      liveView: programs.xvnc !== null,
      missing: [...trouble, ...missingSentences(programs)],
      operatingSystem: operatingSystemName(),
      memoryBytes: totalmem(),
      cores: cpus().length,
      ownUser: null,
    });
  }

  private helperTrouble(): string | undefined {
    const { nodePath, helperPath } = this.options;
    const absent = [nodePath, helperPath, this.leaderPath].find((path) => !existsSync(path));
    return absent === undefined
      ? undefined
      : `${absent} is missing, so nothing can be done inside sessions: start the gateway again.`;
  }

  async listSessions(): Promise<readonly SessionFact[]> {
    const people = await this.people();
    this.probes.forgetAllBut(people);
    const judged = await Promise.all(people.map((one) => this.probes.judge(one, 'lately')));
    return [
      ...this.register.stored().flatMap((one) => (one.record.kind === 'signed-in' ? [ourFact(one)] : [])),
      ...judged.filter((one) => one !== undefined),
    ];
  }

  /** People's sessions, nobody having looked yet whether they are locked. */
  private people(): Promise<readonly PersonSession[]> {
    const stored = this.register.stored();
    const ourCgroups = new Set(stored.map((one) => String(one.record.facts['cgroup']).split('/').pop()));
    const ourIds = new Set(stored.map((one) => one.record.sessionId));
    return personSessions({
      mayHaveSession: (uid) => uid >= FIRST_PERSON_UID,
      isOurs: (pid, environment) =>
        ourCgroups.has(cgroupOf(pid).split('/')[1] ?? '') ||
        (ourCgroups.has('') && ourIds.has(environment.get('DESKHAND_SESSION') ?? '')),
      ourLeaders: new Set(stored.map((one) => leaderOf(one).pid)),
      systemBusAddress: this.busAddress,
    });
  }

  async checkPassword(account: SessionAccount, password: string): Promise<PasswordCheck> {
    const refused = this.whyRefused(account);
    if (refused !== undefined) return { ok: false, because: refused };
    const order = { service: PAM_SERVICE, user: account.user, lockFile: null, openSession: false, hold: false };
    const started = await this.leaders.start({ order, password, signal: AbortSignal.timeout(SIGN_IN_TIMEOUT_MS) });
    if (started.ok) return { ok: true, account };
    return { ok: false, because: await this.refusal(started.answer, account) };
  }

  /** The account behind a connection's account name, with the reasons it may not be used; for preflight as for sign-in. */
  async findAccount(accountName: string): Promise<PasswordCheck> {
    const looked = await findAccount(accountName, hostname());
    if (!looked.found) {
      return looked.because === 'unknown'
        ? refuse('account-unknown', `This machine knows no account ${accountName}.`)
        : refuse(
            'cannot-create-session',
            `The account directory of this machine does not answer, so ${accountName} could not be looked up.`,
          );
    }
    const refused = this.whyRefused(looked.account);
    return refused === undefined ? { ok: true, account: looked.account } : { ok: false, because: refused };
  }

  private whyRefused(account: SessionAccount): SessionRefusal | undefined {
    const because = whyAccountRefused(account, this.options.systemAccounts ?? []);
    return because === undefined ? undefined : { code: 'account-refused', message: because };
  }

  private refusal(
    answer: Extract<LeaderAnswer, { ok: false }> | 'cancelled' | 'failed',
    account: SessionAccount,
    signal?: AbortSignal,
  ): Promise<SessionRefusal> | SessionRefusal {
    if (answer === 'cancelled') return cancelledOrLate(signal);
    if (answer === 'failed')
      return {
        code: 'cannot-create-session',
        message: this.pamTrouble ?? `The password of ${account.user} could not be checked: PAM gave no answer.`,
      };
    return refusalOf(answer, account);
  }

  async signIn(request: SignInRequest): Promise<SessionResult> {
    const programs = installedPrograms();
    if (!canOpenDisplays(programs))
      return refuse(
        'cannot-create-session',
        `This machine cannot open a display. ${missingSentences(programs).join(' ')}`,
      );
    const found = await this.findAccount(request.accountName);
    if (!found.ok) return found;
    if (request.password === undefined)
      return refuse('password-wrong', `Signing in ${found.account.user} needs the connection's password.`);
    const late = AbortSignal.timeout(SIGN_IN_TIMEOUT_MS);
    const signal = AbortSignal.any([request.signal, late]);
    const order = {
      service: PAM_SERVICE,
      user: found.account.user,
      lockFile: this.register.lockPath(found.account.uid),
      openSession: true,
      hold: true,
    };
    const [started, inTheWay] = await Promise.all([
      this.leaders.start({ order, password: request.password, signal }),
      this.sessionInTheWay(found.account),
    ]);
    if (!started.ok) return { ok: false, because: await this.refusal(started.answer, found.account, request.signal) };
    if (inTheWay !== undefined) {
      await endLeader(started.leader);
      return { ok: false, because: inTheWay };
    }
    const given = {
      limits: limitArguments(started.answer.limits, readProcFile('self', 'limits') ?? ''),
      environment: fromPam(started.answer.environment),
    };
    let begun: BegunSession | undefined;
    try {
      begun = this.begin(request, 'signed-in', found.account, started.leader, given);
      return await this.open(begun, { ...request, signal }, found.account, programs, request.signal);
    } catch (error) {
      await begun?.undo();
      await endLeader(started.leader);
      throw error;
    } finally {
      // Not earlier: its start would compete with the display's.
      this.leaders.prepare();
    }
  }

  /** Begun before the leader is told to stay: from here on a crash leaves something that a sweep finds. */
  private begin(
    request: { readonly sessionId: string; readonly runId: string },
    kind: SessionRecord['kind'],
    account: SessionAccount,
    leader: Leader,
    given: { readonly limits: readonly string[]; readonly environment: Readonly<Record<string, string>> },
  ): BegunSession {
    const facts = { leaderPid: leader.pid, leaderStartTime: leader.startTime };
    const begun = this.register.begin({
      sessionId: request.sessionId,
      runId: request.runId,
      kind,
      account,
      facts,
      ...given,
    });
    leader.confirm();
    return begun;
  }

  private async open(
    begun: BegunSession,
    request: SignInRequest,
    account: SessionAccount,
    programs: InstalledPrograms,
    asked: AbortSignal,
  ): Promise<SessionResult> {
    const { screen, signal } = request;
    const started = await startDesktop({
      entrance: begun.entrance,
      userFolder: begun.folder.userPath,
      screen,
      programs,
      timeoutMs: DESKTOP_TIMEOUT_MS,
      signal,
    });
    if (!started.ok) {
      await begun.undo();
      if (started.because === 'cancelled') return { ok: false, because: cancelledOrLate(asked) };
      return started.because === 'timed-out'
        ? refuse('session-creation-timeout', `The display of ${account.user} did not become usable in time.`)
        : refuse('cannot-create-session', `The display of ${account.user} could not be opened: ${started.detail}`);
    }
    const { desktop } = started;
    // The person may have signed in while we did.
    const inTheWay = await this.sessionInTheWay(account);
    if (inTheWay !== undefined || signal.aborted) {
      await begun.undo(desktop.displayNumber);
      return { ok: false, because: inTheWay ?? cancelledOrLate(asked) };
    }
    const session = begun.complete({
      display: desktop.display,
      environment: desktop.environment,
      facts: {
        displayNumber: desktop.displayNumber,
        keeperPid: desktop.keeper.pid,
        keeperStartTime: startTimeOf(desktop.keeper.pid) ?? '',
        ...(desktop.vncSocket === null ? {} : { vncSocket: desktop.vncSocket }),
      },
    });
    return { ok: true, session };
  }

  private async sessionInTheWay(account: SessionAccount): Promise<SessionRefusal | undefined> {
    const theirs = (await this.people()).find((one) => one.fact.uid === account.uid);
    if (theirs === undefined) return undefined;
    // A display that the account cannot open was only named by one of its processes.
    const judged = await this.probes.judge(theirs, 'now');
    if (judged === undefined) return undefined;
    return {
      code: 'session-exists',
      message: `${account.user} has a session on this machine already (${judged.display ?? judged.type}).`,
    };
  }

  async attach(request: AttachRequest): Promise<SessionResult> {
    const found = await this.findAccount(request.accountName);
    if (!found.ok) return found;
    const { account } = found;
    const order = {
      service: PAM_SERVICE,
      user: account.user,
      lockFile: this.register.lockPath(account.uid),
      openSession: false,
      hold: true,
    };
    const started = await this.leaders.start({
      order,
      password: request.password,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)]),
    });
    if (!started.ok) return { ok: false, because: await this.refusal(started.answer, account, request.signal) };
    try {
      const result = await this.join(request, account, started.leader);
      if (!result.ok) await endLeader(started.leader);
      return result;
    } catch (error) {
      await endLeader(started.leader);
      throw error;
    }
  }

  /** Under the account's lock; judged again after a question, because the answer may have taken a minute. */
  private async join(request: AttachRequest, account: SessionAccount, leader: Leader): Promise<SessionResult> {
    let where = await this.whereToAttach(account);
    if (!where.ok) return where;
    if (request.password === undefined) {
      const answer = await askInside(
        this.options,
        attachable(where.session, account, true),
        request.purpose,
        request.signal,
      );
      if (answer === 'cancelled') return { ok: false, because: cancelledOrLate(request.signal) };
      if (answer !== 'accepted') return refuse('attended-not-accepted', notAccepted[answer]);
      where = await this.whereToAttach(account);
      if (!where.ok) return where;
    }
    if (request.signal.aborted) return { ok: false, because: cancelledOrLate(request.signal) };
    const { environment } = attachable(where.session, account, true);
    const begun = this.begin(request, 'attached', account, leader, { limits: [], environment });
    const display = where.session.fact.display ?? '';
    return {
      ok: true,
      session: begun.complete({ display, environment: {}, facts: { displayNumber: displayNumber(display) ?? -1 } }),
    };
  }

  private async whereToAttach(account: SessionAccount) {
    const theirs = (await this.people()).filter((one) => one.fact.uid === account.uid);
    const judged = await Promise.all(
      theirs.map(async (one) => ({ ...one, fact: await this.probes.judge(one, 'now') })),
    );
    return whereToAttach(account.user, judged);
  }

  adopt(record: SessionRecord): Promise<HostedSession | undefined> {
    return Promise.resolve(this.register.adopt(record));
  }

  sweep(keep: ReadonlySet<string>): Promise<readonly string[]> {
    return this.register.sweep(keep);
  }
}

const FIRST_PERSON_UID = 1000;

function leaderOf({ record }: StoredSession): { readonly pid: number; readonly startTime: string } {
  return { pid: Number(record.facts['leaderPid']), startTime: String(record.facts['leaderStartTime']) };
}

/** What PAM modules may add to a session: language, tickets, proxies. Anything else would fight with what we set ourselves. */
const FROM_PAM =
  /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|KRB5CCNAME|XDG_SESSION_ID|XDG_SEAT|XDG_VTNR|(https?|ftp|no|all)_proxy|MAIL)$/i;

function fromPam(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => FROM_PAM.test(name)));
}
