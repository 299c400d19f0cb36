import { isTerminal } from '@deskhand/domain/run/transitions.ts';
import type { SimulatedDatabase } from '../store/database.ts';
import type { World } from '../world/world.ts';

/** What a machine shows of an account at the moment of an acquire. */
export interface AccountThere {
  readonly hasSession: boolean;
  readonly isOpen: boolean;
  /** Since then nothing about sessions has changed. */
  readonly unchangedForMs: number;
}

interface Named {
  readonly type: string;
  readonly runId: string;
  readonly attempt: number;
  readonly seq?: number;
}

/** A look at the machine takes so long; what changes meanwhile nobody can know. */
const LOOK_MAX_MS = 100;

/** Listens to what servers and gateways promise one another, at the moment when they say it. */
export class LinkWatch {
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #accountOn: (machine: string, user: string) => AccountThere | undefined;

  constructor(
    world: World,
    database: SimulatedDatabase,
    accountOn: (machine: string, user: string) => AccountThere | undefined,
  ) {
    this.#world = world;
    this.#database = database;
    this.#accountOn = accountOn;
  }

  said(from: string, text: string): void {
    if (!/^{"type":"(resultAck|logAck|acquire)"/.test(text)) return;
    const message = JSON.parse(text) as Named;
    if (message.type === 'acquire') this.#acquires(from, message);
    else this.#acknowledges(message);
  }

  /** What is acknowledged is written (I2): the gateway forgets it now. */
  #acknowledges({ type, runId, attempt, seq = 0 }: Named): void {
    const run = this.#database.runs.get(runId);
    if (run === undefined || run.attempt !== attempt) return;
    if (type === 'resultAck' && !isTerminal(run.state)) {
      this.#world.violated('I2', `the result of ${runId} was acknowledged while the run is ${run.state}`);
    }
    if (type === 'logAck' && run.logSeq < seq) {
      this.#world.violated(
        'I13',
        `line ${String(seq)} of ${runId} was acknowledged, and ${String(run.logSeq)} are there`,
      );
    }
  }

  /** A gateway takes a run only when the account can begin on its machine now (I5). */
  #acquires(machine: string, { runId }: Named): void {
    const run = this.#database.runs.get(runId);
    const there = run && this.#accountOn(machine, run.machineUser);
    if (run === undefined || there === undefined || there.unchangedForMs < LOOK_MAX_MS) return;
    const canBegin = run.mode === 'attended' ? there.isOpen : !there.hasSession;
    if (!canBegin)
      this.#world.violated(
        'I5',
        `${machine} takes ${runId}, ${run.mode}, although ${run.machineUser} cannot begin there`,
      );
  }
}
