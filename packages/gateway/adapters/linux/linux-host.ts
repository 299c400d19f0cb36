import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
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
  SessionResult,
  SignInRequest,
} from '../../ports/session-host.ts';
import type { Persons } from '../../ports/persons.ts';
import { attachable, whereToAttach } from '../../session-desktop/attachable.ts';
import { cgroup2Root } from '../../session-desktop/containment.ts';
import type { Door } from '../../session-desktop/door.ts';
import { openDesktopDoor, startDesktop } from '../../session-desktop/desktop-start.ts';
import { displayNumber } from '../../session-desktop/displays.ts';
import { keepDescriptorsFromChildren } from '../../session-desktop/inherited-descriptors.ts';
import { limitArguments } from '../../session-desktop/entrance.ts';
import {
  canOpenDisplays,
  installedPrograms,
  missingSentences,
  type InstalledPrograms,
} from '../../session-desktop/installed-programs.ts';
import { systemBusAddress } from '../../session-desktop/logind.ts';
import { operatingSystemName } from '../../session-desktop/operating-system.ts';
import { isAlive, readProcFile, startTimeOf } from '../../session-desktop/process-facts.ts';
import { prepareDisplaySockets } from '../../session-desktop/runtime-folder.ts';
import { askInside, type HelperProgram } from '../../session-desktop/session-helper.ts';
import { ourFact } from '../../session-desktop/session-listing.ts';
import { prepareProcess, type WaitingProcess } from '../../session-desktop/session-process.ts';
import type { SessionOwner } from '../../session-desktop/session-owner.ts';
import {
  SessionRegister,
  type BeginRequest,
  type BegunSession,
  type Place,
} from '../../session-desktop/session-register.ts';
import { AccountProver, SIGN_IN_TIMEOUT_MS } from './account-prover.ts';
import { checkAccount } from './check-account.ts';
import { endLeader, Leaders, type Leader, type LeaderStart } from './leader.ts';
import { fromPam } from './pam-environment.ts';
import { leaderOf, People } from './people.ts';
import { linuxPersons } from './persons.ts';
import { ensurePamService, PAM_SERVICE } from './pam-service.ts';
import { cancelledOrLate, notAccepted, refuse } from './sign-in-refusal.ts';

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

const DESKTOP_TIMEOUT_MS = 20_000;

/** Signs in any account of the machine. Runs as root; everything that touches a user's things runs as that user. */
export class LinuxHost implements SessionHost {
  readonly kind = 'linux';
  readonly persons: Persons;
  private readonly options: LinuxHostOptions;
  private readonly register: SessionRegister;
  private readonly people: People;
  private readonly leaders: Leaders;
  private readonly prover: AccountProver;
  private readonly leaderPath: string;
  private readonly pamTrouble: string | undefined;
  private readonly displayTrouble: string | undefined;

  constructor(options: LinuxHostOptions) {
    this.options = options;
    const base = options.runtimeFolder ?? '/run/deskhand';
    const cgroupParent = cgroup2Root();
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
    this.people = new People({
      register: this.register,
      helper: options,
      systemBusAddress: options.systemBusAddress ?? systemBusAddress(),
    });
    this.persons = linuxPersons({
      people: this.people,
      helper: options,
      systemBusAddress: options.systemBusAddress ?? systemBusAddress(),
    });
    this.leaderPath = options.leaderPath ?? fileURLToPath(new URL('./session-leader.ts', import.meta.url));
    this.leaders = new Leaders({
      nodePath: options.leaderNodePath ?? process.execPath,
      leaderPath: this.leaderPath,
      compileCache: `${base}/compiled`,
      cgroup: cgroupParent === undefined ? undefined : `${cgroupParent}/deskhand.leaders`,
    });
    this.pamTrouble = ensurePamService();
    this.displayTrouble = prepareDisplaySockets();
    this.prover = new AccountProver({
      leaders: this.leaders,
      systemAccounts: options.systemAccounts ?? [],
      pamTrouble: this.pamTrouble,
    });
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
    const people = await this.people.list();
    return [
      ...this.register.stored().flatMap((one) => (one.record.kind === 'signed-in' ? [ourFact(one)] : [])),
      ...people,
    ];
  }

  checkPassword(account: SessionAccount, password: string): Promise<PasswordCheck> {
    return this.prover.checkPassword(account, password);
  }

  checkAccount(request: AccountCheckRequest): Promise<AccountCheck> {
    return checkAccount(this.prover, request);
  }

  async signIn(request: SignInRequest): Promise<SessionResult> {
    const programs = installedPrograms();
    if (!canOpenDisplays(programs))
      return refuse(
        'cannot-create-session',
        `This machine cannot open a display. ${missingSentences(programs).join(' ')}`,
      );
    const found = await this.prover.findAccount(request.accountName);
    if (!found.ok) return found;
    if (request.password === undefined)
      return refuse('password-wrong', `Signing in ${found.account.user} needs the connection's password.`);
    const { account } = found;
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(SIGN_IN_TIMEOUT_MS)]);
    const order = {
      service: PAM_SERVICE,
      user: account.user,
      lockFile: this.register.lockPath(account.uid),
      openSession: true,
      hold: true,
    };
    const place = this.register.reserve(request.sessionId, account.uid);
    let door: Door | undefined;
    try {
      const proving = this.leaders.start({ order, password: request.password, signal });
      door = openDesktopDoor(this.register.doorstep(request.sessionId, account, place));
      const [started, inTheWay] = await Promise.all([proving, this.people.inTheWayOf(account)]);
      if (!started.ok)
        return { ok: false, because: await this.prover.refusal(started.answer, account, request.signal) };
      if (inTheWay === undefined)
        return await this.enterProven(request, signal, account, started, { place, door, programs });
      await endLeader(started.leader);
      return { ok: false, because: inTheWay };
    } finally {
      door?.close();
      await place.giveUp();
      this.leaders.prepare();
    }
  }

  /** The password is right and nobody stands in the way: from here on there is something to undo. */
  private async enterProven(
    request: SignInRequest,
    signal: AbortSignal,
    account: SessionAccount,
    { leader, answer }: Extract<LeaderStart, { ok: true }>,
    ready: { readonly place: Place; readonly door: Door; readonly programs: InstalledPrograms },
  ): Promise<SessionResult> {
    const given = {
      limits: limitArguments(answer.limits, readProcFile('self', 'limits') ?? ''),
      environment: fromPam(answer.environment),
      place: ready.place,
    };
    let begun: BegunSession | undefined;
    try {
      begun = this.begin(request, 'signed-in', account, leader, given);
      return await this.open(begun, { ...request, signal }, account, ready, request.signal);
    } catch (error) {
      await begun?.undo();
      await endLeader(leader);
      throw error;
    }
  }

  /** Begun before the leader is told to stay: from here on a crash leaves something that a sweep finds. */
  private begin(
    request: { readonly sessionId: string; readonly runId: string },
    kind: SessionRecord['kind'],
    account: SessionAccount,
    leader: Leader,
    given: Pick<BeginRequest, 'limits' | 'environment' | 'place'>,
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
    ready: { readonly door: Door; readonly programs: InstalledPrograms },
    asked: AbortSignal,
  ): Promise<SessionResult> {
    const { screen, signal, prepare } = request;
    let prepared: WaitingProcess | undefined;
    // The person may have signed in while we did; looked for while the window manager is still starting.
    let looking: Promise<SessionRefusal | undefined> | undefined;
    const started = await startDesktop({
      entrance: begun.entrance,
      // The door was opened before PAM said which limits the account has.
      door: begun.entrance.limits.length === 0 ? ready.door : undefined,
      userFolder: begun.folder.userPath,
      screen,
      programs: ready.programs,
      timeoutMs: DESKTOP_TIMEOUT_MS,
      signal,
      onStarting: (entrance) => {
        prepared?.end();
        prepared = prepare && prepareProcess(entrance, prepare);
      },
      onDisplay: () => {
        looking = this.people.inTheWayOf(account);
        looking.catch(() => undefined);
      },
    });
    const inTheWay = await looking;
    if (!started.ok) {
      await begun.undo();
      if (started.because === 'cancelled') return { ok: false, because: cancelledOrLate(asked) };
      if (started.because === 'timed-out')
        return refuse('session-creation-timeout', `The display of ${account.user} did not become usable in time.`);
      this.options.log?.(`The display of ${account.user} could not be opened: ${started.detail}`);
      return refuse('cannot-create-session', `The display of ${account.user} could not be opened. ${started.sentence}`);
    }
    const { desktop } = started;
    if (inTheWay !== undefined || signal.aborted) {
      await begun.undo(desktop.displayNumber);
      return { ok: false, because: inTheWay ?? cancelledOrLate(asked) };
    }
    const session = begun.complete({
      display: desktop.display,
      environment: desktop.environment,
      prepared,
      facts: {
        displayNumber: desktop.displayNumber,
        keeperPid: desktop.keeper.pid,
        keeperStartTime: startTimeOf(desktop.keeper.pid) ?? '',
        ...(desktop.vncSocket === null ? {} : { vncSocket: desktop.vncSocket }),
      },
    });
    return { ok: true, session };
  }

  async attach(request: AttachRequest): Promise<SessionResult> {
    const found = await this.prover.findAccount(request.accountName);
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
    if (!started.ok) return { ok: false, because: await this.prover.refusal(started.answer, account, request.signal) };
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
    let where = whereToAttach(account.user, await this.people.sessionsOf(account));
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
      where = whereToAttach(account.user, await this.people.sessionsOf(account));
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

  adopt(record: SessionRecord): Promise<HostedSession | undefined> {
    return Promise.resolve(this.register.adopt(record));
  }

  sweep(keep: ReadonlySet<string>): Promise<readonly string[]> {
    return this.register.sweep(keep);
  }
}
