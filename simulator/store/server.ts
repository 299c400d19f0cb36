import type { SimulatedDatabase } from './database.ts';
import {
  connectionBroken,
  databaseAway,
  poolExhausted,
  serialisationRefused,
  statementTimeout,
} from './store-fault.ts';

/** As the PostgreSQL adapter sets them. */
export const POOL_CONNECTIONS_DEFAULT = 10;
const STATEMENT_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** What becomes of one statement. */
export interface Fate {
  readonly toServerMs: number;
  /** How long it works, with its lock held; beyond the statement timeout it is cancelled. */
  readonly workMs: number;
  readonly backMs: number;
  /** `lost-before`: never carried out; `refused`: 40001; `lost-after`: carried out, and its answer lost. */
  readonly fault: 'none' | 'lost-before' | 'refused' | 'lost-after';
  /** Whether it was on its way already when its program died. */
  readonly outlivesProgram: boolean;
}

/** The world that the store lives in: its time passes when that world says so. */
export interface StoreWorld {
  /** Time that nobody sets, unlike the database's clock. */
  nowMs(): number;
  schedule(delayMs: number, work: () => void): void;
  fateOf(statement: string): Fate;
}

/** The one PostgreSQL that all replicas share: its locks, and whether it is there at all. */
export class SimulatedServer {
  readonly database: SimulatedDatabase;
  readonly world: StoreWorld;
  readonly #locks = new Map<string, LockWaiter[]>();
  readonly #onRestart = new Set<() => void>();
  #isAway = false;
  #incarnation = 0;

  constructor(database: SimulatedDatabase, world: StoreWorld) {
    this.database = database;
    this.world = world;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Rises when every connection that was open has been broken. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Goes down, with every connection, and comes back later. What was committed stays. */
  restart(downMs: number): void {
    this.stop();
    this.world.schedule(downMs, () => this.start());
  }

  stop(): void {
    this.#isAway = true;
    this.breakConnections();
  }

  start(): void {
    this.#isAway = false;
  }

  /** Statements on their way fail; whether they were committed nobody is told. */
  breakConnections(): void {
    this.#incarnation += 1;
    this.#dropLocks();
    for (const listener of [...this.#onRestart]) listener();
  }

  onBroken(listener: () => void): () => void {
    this.#onRestart.add(listener);
    return () => this.#onRestart.delete(listener);
  }

  /** Holds a row's lock from when it is free until `held` gives it back. */
  lock(key: string, { held, refused }: LockWaiter): void {
    const line = this.#locks.get(key);
    if (line === undefined) {
      const fresh: LockWaiter[] = [];
      this.#locks.set(key, fresh);
      held(() => this.#release(key, fresh));
      return;
    }
    const waiter: LockWaiter = { held, refused };
    line.push(waiter);
    this.world.schedule(STATEMENT_TIMEOUT_MS, () => {
      const place = line.indexOf(waiter);
      if (place < 0) return;
      line.splice(place, 1);
      refused(statementTimeout());
    });
  }

  #release(key: string, line: LockWaiter[]): void {
    // After a restart the locks are others.
    if (this.#locks.get(key) !== line) return;
    const next = line.shift();
    if (next === undefined) this.#locks.delete(key);
    else next.held(() => this.#release(key, line));
  }

  #dropLocks(): void {
    const lines = [...this.#locks.values()];
    this.#locks.clear();
    for (const line of lines) for (const waiter of line.splice(0)) waiter.refused(connectionBroken());
  }
}

interface LockWaiter {
  readonly held: (release: () => void) => void;
  readonly refused: (error: Error) => void;
}

/** One replica's connections to the server. When the replica dies, nobody is left to hear an answer. */
export class StoreSession {
  readonly server: SimulatedServer;
  readonly #connections: number;
  readonly #line: (() => void)[] = [];
  #busy = 0;
  #isDead = false;

  constructor(server: SimulatedServer, connections = POOL_CONNECTIONS_DEFAULT) {
    this.server = server;
    this.#connections = connections;
  }

  /** The program is gone: its calls never answer, and what it had not sent is never carried out. */
  die(): void {
    this.#isDead = true;
    this.#line.length = 0;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** One statement or transaction, carried out at one moment; `row` is the lock that it takes first. */
  async run<T>(name: string, work: () => T, row?: () => string | undefined): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      if (this.#isDead) return;
      this.#connect(
        () => this.#send(name, work, row, { resolve, reject }),
        () => reject(poolExhausted()),
      );
    });
  }

  #connect(connected: () => void, refused: () => void): void {
    if (this.#busy < this.#connections) {
      this.#busy += 1;
      connected();
      return;
    }
    this.#line.push(connected);
    this.server.world.schedule(CONNECT_TIMEOUT_MS, () => {
      const place = this.#line.indexOf(connected);
      if (place < 0) return;
      this.#line.splice(place, 1);
      if (!this.#isDead) refused();
    });
  }

  #giveBack(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }

  #send<T>(name: string, work: () => T, row: (() => string | undefined) | undefined, answer: Answer<T>): void {
    const { server } = this;
    const fate = server.world.fateOf(name);
    const sentTo = server.incarnation;
    const settle = (then: () => void): void => {
      if (this.#isDead) return;
      this.#giveBack();
      then();
    };
    const fail = (error: Error): void => settle(() => answer.reject(error));
    const execute = (release: () => void): void => {
      const fault = this.#faultBefore(fate, sentTo);
      const done: Done<T> =
        fault === undefined ? outcomeOf(() => server.database.atomically(work)) : { ok: false, error: fault };
      release();
      server.world.schedule(fate.backMs, () => {
        if ((done.ok && fate.fault === 'lost-after') || server.incarnation !== sentTo) fail(connectionBroken());
        else if (done.ok) settle(() => answer.resolve(done.value));
        else fail(done.error as Error);
      });
    };
    const begin = (release: () => void): void => {
      if (fate.workMs === 0) execute(release);
      else server.world.schedule(Math.min(fate.workMs, STATEMENT_TIMEOUT_MS), () => execute(release));
    };
    server.world.schedule(fate.toServerMs, () => {
      if (this.#isDead && !fate.outlivesProgram) return;
      if (server.isAway) {
        fail(databaseAway());
        return;
      }
      const key = row?.();
      if (key === undefined) begin(() => undefined);
      else server.lock(key, { held: begin, refused: fail });
    });
  }

  #faultBefore(fate: Fate, sentTo: number): Error | undefined {
    if (this.server.incarnation !== sentTo || fate.fault === 'lost-before') return connectionBroken();
    if (fate.fault === 'refused') return serialisationRefused();
    return fate.workMs > STATEMENT_TIMEOUT_MS ? statementTimeout() : undefined;
  }
}

interface Answer<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

type Done<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

function outcomeOf<T>(work: () => T): Done<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}
