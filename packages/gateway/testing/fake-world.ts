import type { LogLine } from '@deskhand/protocol/http/runs.ts';
import type { PreflightAnswer } from '@deskhand/domain/preflight/preflight.ts';
import type { StartOrder } from '@deskhand/protocol/link/messages.ts';
import type { RunnerCommand, RunnerResult } from '@deskhand/protocol/runner.ts';
import { systemTimers } from '@deskhand/protocol/timers.ts';
import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import { type Journal, type JournalEntry, JournalFault } from '../ports/journal.ts';
import type { WorkMessage } from '../ports/link.ts';
import type { FrameEars, FrameWatch } from '../ports/frame-lines.ts';
import type { MachineProbes } from '../ports/machine-probes.ts';
import type { RememberedPassword } from '../ports/preflight-memory.ts';
import type { ChannelRequest } from '../ports/runner-channels.ts';
import type {
  AccountCheck,
  AccountCheckRequest,
  HostedSession,
  SessionHost,
  SessionProcess,
  SessionProgram,
  SessionRecord,
  SessionRefusal,
  SignInRequest,
} from '../ports/session-host.ts';
import type { Core, GatewayPorts } from '../use-cases/core.ts';
import { createGatewayCore, type GatewayCore } from '../use-cases/gateway-core.ts';
import { FakePersons } from './fake-persons.ts';

type Sent<Type extends WorkMessage['type']> = Extract<WorkMessage, { type: Type }>;
type Popup = Parameters<HostedSession['notifier']['show']>[0];

/**
 * A gateway's surroundings in memory: sessions that are only listed, runners that say what a test lets them say, a disk
 * that can be full, and a server that only listens.
 */
export class FakeWorld {
  /** What a picture of the screen shows. */
  screen: Uint8Array | undefined;
  /** Lines on which frames go, with what was said there. */
  readonly frameLines: {
    readonly watch: FrameWatch;
    readonly ears: FrameEars;
    readonly said: (Uint8Array | string)[];
  }[] = [];
  readonly pictures = { taken: 0, open: 0, atOnce: 0 };
  readonly sent: WorkMessage[] = [];
  readonly entries: JournalEntry[] = [];
  readonly popups: Popup[] = [];
  readonly persons = new FakePersons();
  readonly signIns: Pick<SignInRequest, 'accountName' | 'password'>[] = [];
  readonly commands: RunnerCommand[] = [];
  readonly programs: SessionProgram[] = [];
  sessions: SessionFact[] = [];
  /** What the runner has written to its spool. */
  readonly spooled: LogLine[] = [];
  /** Answered by the next sign-in or attach. */
  refusal: SessionRefusal | undefined;
  /** Thrown by the next sign-in or attach. */
  hostFault: Error | undefined;
  /** Keeps a sign-in waiting until the test lets it go on; a cancelled one is refused. */
  holdSignIn = false;
  diskFault: string | null = null;
  /** Only the next write meets it. */
  isDiskFaultHidden = false;
  isLinkUp = true;
  bootMs = 1_000;
  isSignedOut = false;
  channel: ChannelRequest | undefined;
  stop: (() => void) | undefined;
  endSession: (because: string) => void = () => undefined;
  endRunner: (code: number) => void = () => undefined;
  restarts = 0;
  readonly triedPasswords = new Map<string, RememberedPassword>();
  /** Accounts whose password was tried. */
  readonly tries: string[] = [];
  /** What the machine says once the password was tried. */
  accountAnswer: PreflightAnswer | Promise<PreflightAnswer> = 'ok';
  readonly looks: string[] = [];
  /** A machine where all is well; a test may replace what is found. */
  probes: MachineProbes = wellMachine((what) => this.looks.push(what));
  readonly core: GatewayCore;

  constructor(secrets: Partial<Core['secrets']> = {}) {
    this.core = createGatewayCore(this.#ports(secrets));
  }

  of<Type extends WorkMessage['type']>(type: Type): readonly Sent<Type>[] {
    return this.sent.filter((message): message is Sent<Type> => message.type === type);
  }

  async checkAccount({ accountName, password, beforeTry }: AccountCheckRequest): Promise<AccountCheck> {
    if (password === undefined) return { answer: 'no-password', isDirectoryAccount: false };
    try {
      beforeTry({ isDirectoryAccount: false });
    } catch {
      return { answer: 'no-answer', isDirectoryAccount: false };
    }
    this.tries.push(accountName);
    return { answer: await this.accountAnswer, isDirectoryAccount: false };
  }

  offer(order: StartOrder): void {
    const { runId, attempt, accountName, mode, policy, capacity } = order;
    this.core.handlers.message({ type: 'offer', runId, attempt, accountName, mode, policy, capacity });
  }

  /** The runner greets and says that its flow begins. */
  runnerStarts(): void {
    this.channel?.on.hello({ pid: 1 });
    this.channel?.on.event({ type: 'started', uid: 1001, display: ':100' });
  }

  runnerEnds(result: Partial<RunnerResult> = {}): void {
    const whole = { state: 'succeeded' as const, outputs: {}, error: null, lastLogSeq: 0, logLinesLost: 0, ...result };
    this.channel?.on.event({ type: 'result', result: whole });
  }

  #ports(secrets: Partial<Core['secrets']>): GatewayPorts {
    const silent = (): void => undefined;
    return {
      host: this.#host(),
      journal: this.#journal(),
      link: {
        send: (message) => {
          if (this.isLinkUp) this.sent.push(message);
          return this.isLinkUp;
        },
        isUp: () => this.isLinkUp,
        hasRoom: () => this.isLinkUp,
      },
      channels: {
        newPlace: () => ({ path: '/run/test.sock', secret: 's', secretHash: 'h' }),
        open: async (request) => {
          this.channel = request;
          return { send: (command) => this.commands.push(command) > 0, close: async () => undefined };
        },
      },
      spools: {
        create: () => ({ path: '/spool', descriptor: 0, release: silent }),
        open: () => ({
          read: (from, maxLines) => {
            const lines = this.spooled.slice(from, from + maxLines);
            return { lines, next: from + lines.length };
          },
          close: silent,
        }),
        sizeBytes: () => 0,
        tail: () => ({ result: null, lastLine: null }),
        remove: silent,
        removeAllBut: silent,
      },
      screenshots: { save: silent, list: () => [], remove: silent, removeAllBut: silent },
      clock: { nowMs: () => this.bootMs, bootId: 'boot' },
      nowMs: () => 1_000_000,
      timers: systemTimers,
      processes: { startTime: () => undefined, end: async () => undefined },
      kit: () => ({ node: '/kit/node', runner: '/kit/runner.cjs' }),
      secrets: {
        password: async () => 'correct horse',
        inputs: async (order) => ({ values: order.inputs, sensitive: [] }),
        ...secrets,
      },
      probes: lately(() => this.probes),
      preflights: {
        of: (id) => this.triedPasswords.get(id),
        note: (id, tried) => {
          if (this.diskFault !== null) throw new Error(this.diskFault);
          this.triedPasswords.set(id, tried);
        },
        forget: (id) => void this.triedPasswords.delete(id),
      },
      frames: {
        open: (watch, ears) => {
          const line = { watch, ears, said: [] as (Uint8Array | string)[] };
          this.frameLines.push(line);
          return {
            send: (png) => void line.said.push(png),
            same: () => void line.said.push('same'),
            close: (because) => void line.said.push(because),
          };
        },
      },
      restart: () => void (this.restarts += 1),
      log: { info: silent, warn: silent, error: silent },
    };
  }

  #journal(): Journal {
    const write = (entry: JournalEntry): void => {
      if (this.diskFault !== null) throw new JournalFault(this.diskFault);
      this.entries.push(entry);
    };
    return {
      id: 'journal-1',
      entries: [],
      position: () => this.entries.length,
      positionAtOpening: 0,
      fault: () => (this.isDiskFaultHidden ? null : this.diskFault),
      record: write,
      note: (entry) => {
        if (this.diskFault === null) write(entry);
      },
      retry: () => undefined,
      close: () => undefined,
    };
  }

  #host(): SessionHost {
    const open = async (kind: SessionRecord['kind'], request: Omit<SignInRequest, 'screen'>) => {
      const { accountName, password } = request;
      this.signIns.push({ accountName, password });
      if (this.hostFault) throw this.hostFault;
      if (this.holdSignIn) await untilAborted(request.signal);
      if (request.signal.aborted) return { ok: false as const, because: { code: 'cancelled' as const, message: '' } };
      if (this.refusal) return { ok: false as const, because: this.refusal };
      return { ok: true as const, session: this.#session(kind, request) };
    };
    return {
      kind: 'linux',
      persons: this.persons,
      probe: async () => ({
        unattended: true,
        attended: true,
        liveView: false,
        missing: [],
        operatingSystem: 'Test',
        memoryBytes: 8e9,
        cores: 4,
        ownUser: null,
      }),
      listSessions: async () => this.sessions,
      checkPassword: async () => ({ ok: false, because: { code: 'account-unknown', message: '' } }),
      checkAccount: async (request) => await this.checkAccount(request),
      signIn: async (request) => await open('signed-in', request),
      attach: async (request) => await open('attached', request),
      adopt: async () => undefined,
      sweep: async () => [],
    };
  }

  #session(kind: SessionRecord['kind'], request: Omit<SignInRequest, 'screen'>) {
    const { sessionId, runId, accountName, prepare } = request;
    const ended = Promise.withResolvers<{ because: string }>();
    this.endSession = (because) => ended.resolve({ because });
    const session: HostedSession = {
      record: { sessionId, runId, kind, user: accountName, uid: 1001, display: ':100', facts: {} },
      account: { user: accountName, uid: 1001, gid: 1001, home: '/home/x', shell: '/bin/sh' },
      environment: {},
      ...(prepare === undefined ? {} : { prepared: { start: (stdin) => this.#spawn({ ...prepare, stdin }) } }),
      spawn: (program) => this.#spawn(program),
      screenshot: async () => {
        this.pictures.taken++;
        this.pictures.atOnce = Math.max(this.pictures.atOnce, ++this.pictures.open);
        await new Promise((resolve) => setImmediate(resolve));
        this.pictures.open--;
        return this.screen;
      },
      notifier: {
        show: async (popup) => void this.popups.push(popup),
        onStop: (listener) => {
          this.stop = listener;
        },
      },
      ended: ended.promise,
      signOut: async () => {
        this.isSignedOut = true;
        this.endRunner(0);
      },
    };
    return session;
  }

  #spawn(program: SessionProgram): SessionProcess {
    this.programs.push(program);
    const exited = Promise.withResolvers<{ code: number | null; signal: string | null }>();
    this.endRunner = (code) => exited.resolve({ code, signal: null });
    const output = (async function* () {
      await exited.promise;
      yield 'last words';
    })();
    return { pid: 4711, startTime: '1', exited: exited.promise, output, end: async () => undefined };
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

export const orderOf = (more: Partial<StartOrder> = {}): StartOrder => ({
  runId: 'r1',
  attempt: 1,
  flowName: 'Invoices',
  flowVersion: 1,
  script: 'WAIT 1',
  mode: 'unattended',
  accountName: '.\\Alice',
  sealedPassword: 'sealed',
  sealContext: 'connection',
  connectionId: 'k1',
  clusterId: 'c1',
  passwordVersion: 1,
  inputs: {},
  executionTimeoutMs: 60_000,
  notifications: false,
  requestedBy: 'bob',
  policy: 'linux',
  capacity: 4,
  ...more,
});

export function wellMachine(looked: (what: string) => void = () => undefined): MachineProbes {
  const at = <Found>(what: string, found: Found) => {
    return async (): Promise<Found> => {
      looked(what);
      return found;
    };
  };
  return {
    version: '1.2.3',
    nodeVersion: 'v24.1.0',
    gateway: at('gateway', { folder: '/data', isEnrolled: true, pid: 7, service: 'active' }),
    server: at('server', { ok: true, url: 'https://desk.example', tookMs: 12, skewMs: 0 }),
    link: at('link', { isUp: true, because: 'linked to the server', code: null }),
    sessions: at('sessions', { sessions: [], inHand: null, limit: 4 }),
    programs: at('programs', { canOpenDisplays: true, missing: [] }),
    disk: at('disk', { folder: '/data', freeBytes: 5e9, neededBytes: 8e6, journalBytes: 100, journalFault: null }),
    pam: at('pam', { isNeeded: true, found: 'usable', trouble: null }),
    capacity: at('capacity', { memoryBytes: 8e9, availableBytes: 6e9, cores: 4, limit: 8 }),
  };
}

/** What a test puts there later counts too. */
function lately(now: () => MachineProbes): MachineProbes {
  const keys = Object.keys(wellMachine()) as (keyof MachineProbes)[];
  return Object.defineProperties(
    {},
    Object.fromEntries(keys.map((key) => [key, { get: () => now()[key], enumerable: true }])),
  ) as MachineProbes;
}
