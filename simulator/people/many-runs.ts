import type { Outcome } from '@deskhand/control-plane/ports/outcome.ts';
import type { RunUseCases } from '@deskhand/control-plane/use-cases/runs/create-run-use-cases.ts';
import type { Universe } from '../universe/universe.ts';
import type { Random } from '../world/random.ts';
import { caller } from './caller.ts';

export interface Asking {
  ask<T>(ask: (runs: RunUseCases) => Promise<Outcome<T>>): Promise<Outcome<T> | undefined>;
  /** The same again and again, as a careful client does. */
  askUntilAnswered<T>(ask: (runs: RunUseCases) => Promise<Outcome<T>>): Promise<Outcome<T> | undefined>;
  sameRun(key: string, runId: string): void;
}

/** People who cancel or resubmit what a filter finds: the runs of the flow and mode that somebody looks at. */
export class ManyRuns {
  readonly #universe: Universe;
  readonly #random: Random;
  readonly #asking: Asking;
  #keys = 0;

  constructor(universe: Universe, random: Random, asking: Asking) {
    this.#universe = universe;
    this.#random = random;
    this.#asking = asking;
  }

  async cancel(runId: string): Promise<void> {
    const { database, watch } = this.#universe;
    const like = database.runs.get(runId);
    if (like === undefined) return;
    const filter = { flow: like.flowId, mode: like.mode };
    const counted = await this.#asking.ask((runs) => runs.count(caller, { ...filter, can: 'cancel' }));
    if (!counted?.ok) return;
    const { upTo } = counted.value;
    const meant = database.runs.rows.filter(
      (run) => run.requestNumber <= upTo && run.flowId === filter.flow && run.mode === filter.mode,
    );
    const waiting = meant.filter(({ state }) => state === 'queued' || state === 'offered').map(({ id }) => id);
    const answer = await this.#asking.ask((runs) => runs.cancelMany(caller, { filter, upTo }));
    if (!answer?.ok || answer.value.next !== null) return;
    // What waited when the request was made has been come to; whatever ended by itself meanwhile was no cancel.
    for (const id of waiting) {
      const state = database.runs.get(id)?.state;
      if (state !== undefined && notEnded.has(state)) watch.cancelAcknowledged(id);
    }
  }

  /** Asked twice with one key, each old run has one new one, and none of the new ones is an old one (I2). */
  async resubmit(runId: string): Promise<void> {
    const { database, watch, world } = this.#universe;
    const like = database.runs.get(runId);
    if (like === undefined) return;
    const filter = { flow: like.flowId, mode: like.mode };
    const counted = await this.#asking.ask((runs) => runs.count(caller, { ...filter, can: 'resubmit' }));
    if (!counted?.ok || counted.value.count > RESUBMITTED_MAX) return;
    const { upTo } = counted.value;
    this.#keys += 1;
    const key = `many-${String(this.#keys)}`;
    const times = this.#random.chance(0.4) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const answer = await this.#asking.askUntilAnswered((runs) => runs.resubmitMany(caller, { filter, upTo }, key));
      if (!answer?.ok) return;
      for (const { resubmitOf, run } of answer.value.resubmitted) {
        this.#asking.sameRun(`${key} of ${resubmitOf}`, run);
        watch.acknowledged(run);
        const old = database.runs.get(resubmitOf);
        if (old !== undefined && old.requestNumber > upTo)
          world.violated('I2', `run ${resubmitOf} was resubmitted by a request that was made before it`);
      }
    }
  }
}

const notEnded: ReadonlySet<string> = new Set(['queued', 'offered', 'cancelling', 'cancelled']);
/** So that a world of few runs is not filled by one person. */
const RESUBMITTED_MAX = 4;
