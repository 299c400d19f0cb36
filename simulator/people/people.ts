import type { Outcome } from '@deskhand/control-plane/ports/outcome.ts';
import type { RunUseCases } from '@deskhand/control-plane/use-cases/runs/create-run-use-cases.ts';
import type { Submission } from '@deskhand/control-plane/use-cases/runs/judge-submission.ts';
import type { Admin, SimulatedReplica } from '../server/simulated-replica.ts';
import type { Universe } from '../universe/universe.ts';
import { askServer } from './ask-server.ts';
import { caller } from './caller.ts';
import { ManyRuns } from './many-runs.ts';
import type { Random } from '../world/random.ts';
import { onlyViolations } from '../world/world.ts';

const RETRY_AFTER_MS = 3_000;
const TRIES_MAX = 400;
/** Of the usual time, so that flows run out of it. */
const HASTE = 0.1;

const allActs = [
  'cancel',
  'priority',
  'move',
  'undo',
  'resubmit',
  'view',
  'cancelMany',
  'resubmitMany',
  'why',
] as const;
export type Act = (typeof allActs)[number];

/** People and programs that submit, look, reorder and cancel, over whichever server answers. */
export class People {
  readonly #universe: Universe;
  readonly #random: Random;
  readonly #runOfKey = new Map<string, string>();
  /** Moves of a run that were not answered: any of them may still be carried out. */
  readonly #movesOpen = new Map<string, number>();
  readonly #movedAtMs = new Map<string, number>();
  readonly #many: ManyRuns;
  #keys = 0;
  /** Submits that were asked for and not answered yet. */
  unanswered = 0;
  /** Asks of people beside submits. */
  asked = 0;

  constructor(universe: Universe) {
    this.#universe = universe;
    this.#random = universe.world.random.fork('people');
    this.#many = new ManyRuns(universe, this.#random, {
      ask: (ask) => this.#ask(ask),
      askUntilAnswered: (ask) => this.#askUntilAnswered(ask),
      sameRun: (key, runId) => this.#sameRun(key, runId),
    });
  }

  /** Spreads what people do over the time of faults. */
  begin(): void {
    const { shape, world } = this.#universe;
    const { timeline } = world;
    const burstAtMs = this.#random.between(0, shape.safetyMs);
    const isBursty = this.#random.chance(0.3);
    for (let index = 0; index < shape.submits; index += 1) {
      const atMs = isBursty && this.#random.chance(0.5) ? burstAtMs : this.#random.between(0, shape.safetyMs * 0.95);
      timeline.schedule(atMs, () => this.#submitOne());
    }
    const acts = this.#random.pick([0, 10, 40, 120]);
    for (let index = 0; index < acts; index += 1) {
      timeline.schedule(this.#random.between(0, shape.safetyMs), () => this.actNow());
    }
  }

  /** Somebody does something at this very moment, such as when a gateway acquires. */
  actNow(): void {
    this.#act().catch(onlyViolations);
  }

  actOn(runId: string, what?: Act): void {
    this.#act(runId, what).catch(onlyViolations);
  }

  /** Restored from a backup: a key that the database has forgotten makes another run. */
  forgetSince(): void {
    for (const [key, runId] of this.#runOfKey)
      if (this.#universe.database.runs.get(runId) === undefined) this.#runOfKey.delete(key);
  }

  #submitOne(): void {
    this.#submit(this.#drawSubmission()).catch(onlyViolations);
  }

  #drawSubmission(): Submission {
    const random = this.#random;
    const { connections, flowIds } = this.#universe;
    const { haste } = this.#universe.shape;
    return {
      flowId: random.pick(flowIds),
      flowVersion: null,
      connectionId: random.pick(connections).id,
      mode: random.chance(0.12) ? 'attended' : 'unattended',
      priority: random.chance(0.2) ? 'high' : 'normal',
      inputs: {},
      startDeadlineMs: random.chance(0.15) ? Math.round(random.between(2_000, 600_000)) : null,
      executionTimeoutMs: Math.round(random.pick([60_000, 300_000, 1_200_000]) * (random.chance(haste) ? HASTE : 1)),
      resubmitOf: null,
    };
  }

  async #submit(submission: Submission): Promise<void> {
    this.#keys += 1;
    const key = `key-${String(this.#keys)}`;
    this.unanswered += 1;
    if (this.#random.chance(0.1)) this.#submitTwice(submission, key).catch(onlyViolations);
    const answer = await this.#askUntilAnswered((runs) => runs.submitAs(caller, submission, key));
    this.unanswered -= 1;
    if (!answer?.ok) return;
    this.#sameRun(key, answer.value.id);
    this.#universe.watch.acknowledged(answer.value.id);
  }

  async #submitTwice(submission: Submission, key: string): Promise<void> {
    const answer = await this.#ask((runs) => runs.submitAs(caller, submission, key));
    if (answer?.ok) this.#sameRun(key, answer.value.id);
  }

  /** The same request with the same key is the same run, however often it is said (I2). */
  #sameRun(key: string, runId: string): void {
    const known = this.#runOfKey.get(key) ?? runId;
    this.#runOfKey.set(key, known);
    if (known !== runId) this.#universe.world.violated('I2', `${key} was answered with ${known} and with ${runId}`);
  }

  async #act(runId?: string, given?: Act): Promise<void> {
    const random = this.#random;
    const id = runId ?? this.#anyRun();
    if (id === undefined) return;
    this.asked += 1;
    const what = given ?? random.pick(allActs);
    this.#universe.world.trace.tell(() => `a person asks: ${what} ${id}`);
    this.#universe.world.reached.add(`person ${what}`);
    const { watch, database } = this.#universe;
    switch (what) {
      case 'cancel': {
        const answer = await this.#ask((runs) => runs.cancel(caller, id));
        if (answer?.ok) watch.cancelAcknowledged(id);
        return;
      }
      case 'priority':
        await this.#ask((runs) => runs.setPriority(caller, id, random.pick(['high', 'normal'])));
        return;
      case 'move': {
        const clusterId = database.runs.get(id)?.clusterId ?? '';
        await this.#move(clusterId, [id, this.#anyRun() ?? id]);
        return;
      }
      case 'undo': {
        const askedAtMs = this.#universe.world.timeline.nowMs;
        const answer = await this.#ask((runs) => runs.undoMove(caller, id));
        const isMovedAgain = (this.#movesOpen.get(id) ?? 0) > 0 || (this.#movedAtMs.get(id) ?? 0) >= askedAtMs;
        if (answer?.ok && !isMovedAgain) watch.undoAcknowledged(answer.value);
        return;
      }
      case 'resubmit': {
        const answer = await this.#ask((runs) => runs.resubmit(caller, id, {}));
        if (answer?.ok) watch.acknowledged(answer.value.id);
        return;
      }
      case 'cancelMany':
        return await this.#many.cancel(id);
      case 'resubmitMany':
        return await this.#many.resubmit(id);
      case 'why': {
        const answer = await this.#ask((runs) => runs.whyBefore(caller, id, this.#anyRun() ?? id));
        if (answer?.ok) this.#universe.world.reached.add(`why ${answer.value.outcome}`);
        if (answer?.ok && answer.value.decision?.replay.isSame === false)
          this.#universe.world.violated('N15', `a person is told of a replay that differs: ${answer.value.message}`);
        return;
      }
      case 'view':
        await this.#ask((runs) => runs.viewQueue(caller, database.runs.get(id)?.clusterId ?? ''));
    }
  }

  async #move(clusterId: string, ids: readonly string[]): Promise<void> {
    const askedAtMs = this.#universe.world.timeline.nowMs;
    for (const one of ids) this.#movesOpen.set(one, (this.#movesOpen.get(one) ?? 0) + 1);
    const movesBefore = new Map(ids.map((one) => [one, this.#movesOf(one)]));
    const answer = await this.#ask((runs) => runs.moveToTop(caller, clusterId, ids));
    if (answer === undefined) return;
    for (const one of ids) this.#movesOpen.set(one, (this.#movesOpen.get(one) ?? 0) - 1);
    const isAlone = ids.every((one) => this.#movesOpen.get(one) === 0 && (this.#movedAtMs.get(one) ?? 0) < askedAtMs);
    for (const one of ids) this.#movedAtMs.set(one, this.#universe.world.timeline.nowMs);
    if (!answer.ok || !isAlone) return;
    // One that did not wait at that moment was not moved; given back since, it stands where an earlier move put it.
    const moved = ids.filter((one) => this.#movesOf(one) > (movesBefore.get(one) ?? 0));
    const atTop = answer.value.queued.filter(({ run }) => run.movedToTop && moved.includes(run.id));
    this.#universe.watch.movesAcknowledged(
      moved,
      atTop.map(({ run }) => run.id),
    );
  }

  #movesOf(runId: string): number {
    return this.#universe.database.partsOf(runId).events.filter(({ event }) => event === 'move-to-top').length;
  }

  /** Of the last ones, which are those that people look at. */
  #anyRun(): string | undefined {
    const { rows } = this.#universe.database.runs;
    if (rows.length === 0) return undefined;
    return rows[Math.max(0, rows.length - 1 - this.#random.below(12))]?.id;
  }

  /** The same request with the same key, again and again, as a careful client does. */
  async #askUntilAnswered<T>(ask: (runs: RunUseCases) => Promise<Outcome<T>>): Promise<Outcome<T> | undefined> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const answer = await this.#ask(ask);
      if (answer !== undefined) return answer;
      await this.#pause(RETRY_AFTER_MS);
    }
    return undefined;
  }

  /** An admin changes something about a gateway. */
  async administer(ask: (admin: Admin) => Promise<Outcome<unknown>>): Promise<void> {
    await this.#askServer(({ admin }) => (admin === undefined ? undefined : ask(admin)));
  }

  async #ask<T>(ask: (runs: RunUseCases) => Promise<Outcome<T>>): Promise<Outcome<T> | undefined> {
    return await this.#askServer(({ runs }) => (runs === undefined ? undefined : ask(runs)));
  }

  async #askServer<T>(
    ask: (server: SimulatedReplica) => Promise<Outcome<T>> | undefined,
  ): Promise<Outcome<T> | undefined> {
    return await askServer(this.#universe, ask);
  }

  async #pause(forMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.#universe.world.timeline.schedule(forMs, resolve));
  }
}
