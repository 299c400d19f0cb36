import {
  linuxSessionLimit,
  MEMORY_PER_SESSION_BYTES,
  RESERVED_MEMORY_BYTES,
} from '@deskhand/domain/capacity/session-limit.ts';
import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import type { RunnerStart } from '@deskhand/protocol/runner.ts';
import { Life } from '../world/life.ts';
import { MachineClock } from '../world/machine-clock.ts';
import type { Random } from '../world/random.ts';
import type { World } from '../world/world.ts';
import type { Ledger } from '../checks/ledger.ts';
import { MachineChannels } from './machine-channels.ts';
import { RunnerProcess } from './runner-process.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SpoolFiles } from './spool-files.ts';

const FIRST_UID = 1_001;

/** A user session of the machine. `ours` names the gateway that made it; people's have none. */
export interface MachineSession {
  readonly id: string;
  readonly user: string;
  readonly ours: string | null;
  readonly runId: string | null;
  /** Processes that a flow left behind. */
  children: number;
  locked: boolean;
  isActive: boolean;
  isReady: boolean;
  /** What its person answered last, when asked to sign out. */
  answer: 'now' | 'later' | 'no' | undefined;
  /** What its person always answers; undefined draws each answer. */
  habit: PersonHabit | undefined;
  readonly ended: PromiseWithResolvers<{ readonly because: string }>;
}

export type PersonHabit = 'now' | 'later' | 'no' | 'nothing';

export interface MachineTroubles {
  signInFailure: number;
  signInSlow: number;
  signInHang: number;
  signOutFailure: number;
  processDies: number;
  /** Every sign-in fails, until somebody mends it. */
  isSick: boolean;
}

export const noMachineTroubles = (): MachineTroubles => ({
  signInFailure: 0,
  signInSlow: 0,
  signInHang: 0,
  signOutFailure: 0,
  processDies: 0,
  isSick: false,
});

/** One device: its clock, disk, accounts, sessions and processes. They outlive the gateway, and a power cut ends them. */
export class SimulatedMachine {
  readonly name: string;
  readonly world: World;
  readonly random: Random;
  readonly clock: MachineClock;
  readonly disk: SimulatedDisk;
  /** Who uses an account here, from sign-in or attach to sign-out: the lock that the real gateways share. */
  readonly accountLocks = new Map<string, { readonly sessionId: string; readonly gatewayId: string }>();
  /** Gateways whose data folder is gone from this machine: what they left is swept by any other. */
  readonly goneOwners = new Set<string>();
  readonly #spools = new Map<string, SpoolFiles>();
  readonly channels: MachineChannels;
  readonly ledger: Ledger;
  readonly sessions = new Map<string, MachineSession>();
  readonly runners = new Map<number, RunnerProcess>();
  /** By account; a connection that seals another one is refused at sign-in. */
  readonly passwordVersions = new Map<string, number>();
  readonly memoryBytes: number;
  readonly cores = 8;
  readonly troubles: MachineTroubles;
  power: Life;
  /** Sign-ins and processes that came to nothing here, whatever the reason. */
  failures = 0;
  /** When the sessions were changed last. */
  changedAtMs = 0;
  #boots = 1;
  #pids = 100;

  constructor(
    world: World,
    parts: { name: string; ledger: Ledger; drift: number; slots: number; troubles: MachineTroubles },
  ) {
    this.name = parts.name;
    this.world = world;
    this.ledger = parts.ledger;
    this.random = world.random.fork(`machine ${parts.name}`);
    this.clock = new MachineClock(world.timeline, parts.drift);
    this.disk = new SimulatedDisk(this.random.fork('disk'));
    this.channels = new MachineChannels(world);
    this.memoryBytes = RESERVED_MEMORY_BYTES + parts.slots * MEMORY_PER_SESSION_BYTES;
    this.troubles = parts.troubles;
    this.power = new Life(world.timeline, this.clock);
    this.channels.onOpen = (path, within) => this.#knockAt(path, within);
  }

  get timeline() {
    return this.world.timeline;
  }

  get bootId(): string {
    return `${this.name}-boot-${String(this.#boots)}`;
  }

  get sessionLimit(): number {
    return linuxSessionLimit(this.memoryBytes, this.cores);
  }

  uidOf(user: string): number {
    return FIRST_UID + ([...user].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1_000);
  }

  facts(): readonly SessionFact[] {
    return [...this.sessions.values()].map((session) => ({
      id: session.id,
      user: session.user,
      uid: this.uidOf(session.user),
      state: session.isActive ? ('active' as const) : ('disconnected' as const),
      locked: session.locked,
      ours: session.ours !== null,
      runId: session.runId,
      display: ':100',
      type: 'x11' as const,
    }));
  }

  sessionOf(user: string): MachineSession | undefined {
    for (const session of this.sessions.values()) if (session.user === user) return session;
    return undefined;
  }

  addSession(session: Pick<MachineSession, 'id' | 'user' | 'ours' | 'runId' | 'isReady'>): MachineSession {
    const added = {
      ...session,
      children: 0,
      locked: false,
      isActive: true,
      answer: undefined,
      habit: undefined,
      ended: Promise.withResolvers<{ because: string }>(),
    };
    this.sessions.set(session.id, added);
    this.changedAtMs = this.timeline.nowMs;
    return added;
  }

  endSession(id: string, because: string): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    this.changedAtMs = this.timeline.nowMs;
    for (const runner of [...this.runners.values()]) if (runner.sessionId === id) runner.endByForce();
    if (session.ours !== null) this.accountLocks.delete(session.user);
    session.ended.resolve({ because });
  }

  spawn(session: MachineSession, gatewayId: string, start: RunnerStart, spoolDescriptor: number): RunnerProcess {
    this.#pids += 1;
    const spool = this.spoolsOf(gatewayId).byDescriptor(spoolDescriptor);
    const runner = new RunnerProcess(this, { pid: this.#pids, session, start, spool });
    this.runners.set(runner.pid, runner);
    this.ledger.spawned(this, gatewayId, runner);
    if (this.random.chance(this.troubles.processDies)) {
      this.world.reached.add('fault runner-dies-early');
      this.power.timers.after(this.random.between(0, 5_000), () => runner.endByForce('SIGBUS'));
    }
    return runner;
  }

  /** Each gateway has its own, in its own folder. */
  spoolsOf(gatewayId: string): SpoolFiles {
    const known = this.#spools.get(gatewayId) ?? new SpoolFiles();
    this.#spools.set(gatewayId, known);
    return known;
  }

  processEnded(runner: RunnerProcess): void {
    if (runner.wasEndedByForce) this.failures += 1;
    this.runners.delete(runner.pid);
    this.ledger.ended(this, runner);
  }

  leaveChild(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (session !== undefined) session.children += 1;
  }

  /** Everything that ran here is gone; files stay, as far as they were synced when the power went. */
  goDown(losesPower: boolean): void {
    this.power.end();
    for (const runner of [...this.runners.values()]) runner.endByForce('power');
    for (const session of [...this.sessions.values()]) this.endSession(session.id, 'the machine went down');
    this.channels.clear();
    this.accountLocks.clear();
    if (losesPower) this.disk.losePower();
  }

  comeUp(): void {
    this.#boots += 1;
    this.clock.reboot();
    this.power = new Life(this.world.timeline, this.clock);
  }

  #knockAt(path: string, within: number): void {
    for (const runner of this.runners.values()) {
      if (runner.socketPath === path) this.power.timers.after(this.random.between(0, within), () => runner.knock());
    }
  }
}
