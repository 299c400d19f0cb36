import type { SignInRequest } from '@deskhand/gateway/ports/session-host.ts';
import { passwordOf } from '../machine/passwords.ts';
import type { World } from '../world/world.ts';
import { accountOnMachine } from '@deskhand/domain/connection/account-name.ts';

/** One real beginning on a machine, as an outsider who watches every process would write it down. */
export interface Start {
  readonly runId: string;
  readonly attempt: number;
  readonly gatewayId: string;
  readonly machine: string;
  readonly atMs: number;
  endedAtMs: number | null;
}

interface Begun {
  readonly attempt: number;
  readonly machine: string;
}

/** A process as its machine shows it to anybody. */
export interface SeenProcess {
  readonly runId: string;
  readonly attempt: number;
  readonly user: string;
}
export interface SeenMachine {
  readonly name: string;
  readonly runners: ReadonlyMap<number, SeenProcess>;
}

/** What the server holds of a run, asked at the moment of a start. */
export interface HeldRun {
  readonly state: string;
  readonly attempt: number;
  readonly gatewayId: string | null;
}

/** The outside record of what really began, which no program of the product can write (I1, I4, I5, I9, I12). */
export class Ledger {
  readonly #world: World;
  readonly #starts = new Map<string, Start>();
  readonly #signIns = new Map<string, { readonly name: string; readonly machine: string }>();
  /** What the database holds of a run; undefined while it is not to be compared, as after a restore. */
  heldRun: (runId: string) => HeldRun | undefined = () => undefined;
  /** What a database that was set back had granted: it has forgotten that, and the gateway has not. */
  readonly #grantedBefore = new Set<string>();
  /** Machines that were copied or set back: what they do twice is no fault of the product, what is given away is (I1). */
  readonly doubtful = new Set<string>();
  readonly #begun = new Map<string, Begun>();
  readonly #halfAsked = new Set<string>();
  /** Passwords that were checked on a machine and were wrong. */
  readonly #wrongThere = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  get count(): number {
    return this.#starts.size;
  }

  get starts(): Iterable<Start> {
    return this.#starts.values();
  }

  startOf(runId: string): Start | undefined {
    return this.#starts.get(runId);
  }

  /**
   * Attempts that a machine's journal had asked for and not begun when a copy of it was made. To such a copy nothing tells
   * them from those that never began, and decision 10 leaves them so.
   */
  copiedHalfAsked(attempts: readonly { readonly runId: string; readonly attempt: number }[]): void {
    for (const { runId, attempt } of attempts) this.#halfAsked.add(`${runId}/${String(attempt)}`);
  }

  signsIn(machine: SeenMachine, gatewayId: string, request: SignInRequest): void {
    const name = `${request.sessionId}`;
    const { trace } = this.#world;
    trace.mark(`sign-in ${name} ${machine.name}`);
    trace.tell(() => `${machine.name} signs in ${request.accountName} for ${name}`);
    this.#isFirstAttempt(machine, request.runId, Number(name.slice(request.runId.length + 1)));
    if (this.doubtful.has(machine.name)) return;
    const earlier = this.#signIns.get(request.runId);
    // A machine that was set back since does not know that it signed anybody in, and nothing of the flow had begun.
    if (earlier !== undefined && !this.doubtful.has(earlier.machine)) {
      this.#world.violated(
        'I1',
        `run ${request.runId} signed in as ${name} on ${machine.name}, and before as ${earlier.name} on ${earlier.machine}`,
      );
    }
    this.#signIns.set(request.runId, { name, machine: machine.name });
    const { password = '' } = request;
    const user = accountOnMachine(request.accountName);
    if (!password.startsWith(passwordOf(user, 0).slice(0, -1))) {
      this.#world.violated('I12', `${gatewayId} signed in ${user} with a password of another account`);
    }
    this.#isGranted(machine, gatewayId, request.runId, Number(name.slice(request.runId.length + 1)));
  }

  /** A check of an account may cost it one wrong try, and never a second one with the same password (N9). */
  checksAccount(
    machine: SeenMachine,
    gatewayId: string,
    { password, isRight }: { readonly password: string; readonly isRight: boolean },
  ): void {
    this.#world.trace.tell(() => `${machine.name} checks an account: ${isRight ? 'right' : 'wrong'}`);
    if (isRight || this.doubtful.has(machine.name)) return;
    const there = `${machine.name} ${gatewayId} ${password}`;
    if (this.#wrongThere.has(there))
      this.#world.violated('N9', `${gatewayId} checks a password on ${machine.name} that was wrong there before`);
    this.#wrongThere.add(there);
  }

  /** No session of a person ends without that person having agreed to it, and not having taken it back (N10). */
  signsOutPerson(
    { name }: Pick<SeenMachine, 'name'>,
    { user, answer }: { readonly user: string; readonly answer: string | undefined },
  ): void {
    this.#world.trace.tell(() => `${name} signs ${user} out, who answered ${answer ?? 'nothing'}`);
    if (answer !== 'now' && answer !== 'later')
      this.#world.violated('N10', `${user} is signed out of ${name}, and answered ${answer ?? 'nothing'}`);
  }

  spawned(machine: SeenMachine, gatewayId: string, runner: SeenProcess): void {
    const { trace, timeline } = this.#world;
    const { runId, attempt } = runner;
    trace.mark(`start ${runId} ${String(attempt)} ${machine.name}`);
    trace.tell(() => `${machine.name} STARTS ${runId}, attempt ${String(attempt)}, as ${runner.user}`);
    for (const other of machine.runners.values()) {
      if (other !== runner && other.user === runner.user && !this.doubtful.has(machine.name)) {
        this.#world.violated(
          'I5',
          `${runId} and ${other.runId} run in the session of ${runner.user} on ${machine.name}`,
        );
      }
    }
    this.#isFirstAttempt(machine, runId, attempt);
    if (this.doubtful.has(machine.name)) return;
    const earlier = this.#starts.get(runId);
    if (earlier !== undefined) {
      this.#world.violated(
        'I1',
        `run ${runId} started as attempt ${String(attempt)} on ${machine.name}, and before as attempt ${String(earlier.attempt)} on ${earlier.machine}`,
      );
    }
    this.#isGranted(machine, gatewayId, runId, attempt);
    this.#starts.set(runId, {
      runId,
      attempt,
      gatewayId,
      machine: machine.name,
      atMs: timeline.nowMs,
      endedAtMs: null,
    });
  }

  ended(machine: SeenMachine, runner: SeenProcess): void {
    const { trace, timeline } = this.#world;
    trace.mark(`end ${runner.runId} ${machine.name}`);
    trace.tell(() => `${machine.name}: the process of ${runner.runId} is over`);
    const start = this.#starts.get(runner.runId);
    if (start !== undefined) start.endedAtMs = timeline.nowMs;
  }

  /**
   * What began on a machine that was copied or set back is never given to anybody as another attempt, although a copy of
   * its journal knows nothing of it (I1).
   */
  #isFirstAttempt(machine: SeenMachine, runId: string, attempt: number): void {
    const earlier = this.#begun.get(runId);
    if (
      earlier !== undefined &&
      earlier.attempt !== attempt &&
      this.doubtful.has(earlier.machine) &&
      !this.#halfAsked.has(`${runId}/${String(earlier.attempt)}`) &&
      !this.#halfAsked.has(`${runId}/${String(attempt)}`)
    ) {
      this.#world.violated(
        'I1',
        `run ${runId} begins as attempt ${String(attempt)} on ${machine.name}, and began before as attempt ${String(earlier.attempt)} on ${earlier.machine}, of which there was a copy`,
      );
    }
    if (earlier === undefined) this.#begun.set(runId, { attempt, machine: machine.name });
  }

  /** The database is about to be set back while these runs are in hand. */
  keepGranted(runs: Iterable<HeldRun & { readonly id: string }>): void {
    // Passwords of before may be the ones of now again.
    this.#wrongThere.clear();
    for (const { id, attempt, gatewayId } of runs)
      if (gatewayId !== null) this.#grantedBefore.add(`${gatewayId} ${id}/${String(attempt)}`);
  }

  /** Nothing may begin that the server does not hold as acquired by this gateway with this attempt (I4, I9). */
  #isGranted(machine: SeenMachine, gatewayId: string, runId: string, attempt: number): void {
    if (this.#grantedBefore.has(`${gatewayId} ${runId}/${String(attempt)}`)) return;
    const held = this.heldRun(runId);
    if (held === undefined) return;
    const isMine = held.attempt === attempt && held.gatewayId === gatewayId;
    if (isMine && held.state !== 'queued' && held.state !== 'offered') return;
    const stands = `${held.state}, attempt ${String(held.attempt)}, with ${held.gatewayId ?? 'nobody'}`;
    this.#world.violated(
      'I4',
      `${machine.name} begins ${runId}, attempt ${String(attempt)}, which the server holds as ${stands}`,
    );
  }
}
