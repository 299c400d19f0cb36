import type { Outcome } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedReplica } from '../server/simulated-replica.ts';
import { applyFold } from '@deskhand/portal/app/live/apply-fold.ts';
import { LiveLink } from '@deskhand/portal/app/live/live-link.ts';
import { askServer, type WayToServers } from '../people/ask-server.ts';
import { caller } from '../people/caller.ts';
import type { Shape } from '../universe/shape.ts';
import { Life } from '../world/life.ts';
import { MachineClock } from '../world/machine-clock.ts';
import type { Random } from '../world/random.ts';
import { ShownPage } from './shown-page.ts';

const ROWS_SHOWN = 50;
const ACT_EVERY_MS = 8 * 60_000;
const ASLEEP_MAX_MS = 10 * 60_000;

interface Surroundings extends WayToServers {
  readonly shape: Shape;
}

interface Tab {
  readonly life: Life;
  readonly link: LiveLink;
  readonly page: ShownPage;
}

/** Somebody with a page open: the portal's own link and folding of events, over streams and requests that can fail. */
export class SimulatedBrowser {
  readonly name: string;
  readonly clusterId: string;
  readonly #universe: Surroundings;
  readonly #random: Random;
  readonly #clock: MachineClock;
  #tab: Tab | undefined;
  /** When the stream that it has was opened. */
  liveSinceMs: number | undefined;
  openedAtMs = 0;

  constructor(universe: Surroundings, name: string) {
    const { world, shape } = universe;
    this.name = name;
    this.#universe = universe;
    this.#random = world.random.fork(name);
    this.#clock = new MachineClock(world.timeline);
    this.clusterId = `cluster-${String(1 + this.#random.below(shape.clusters))}`;
  }

  /** What is on the screen; undefined while the tab is closed. */
  get page(): ShownPage | undefined {
    return this.#tab?.page;
  }

  begin(): void {
    const { timeline } = this.#universe.world;
    timeline.schedule(this.#random.between(0, ACT_EVERY_MS), () => this.#open());
    this.#actLater();
  }

  goOn(): void {
    this.#tab?.life.goOn();
  }

  #actLater(): void {
    const { world, shape } = this.#universe;
    const waitMs = this.#random.between(0, 2 * ACT_EVERY_MS);
    if (world.timeline.nowMs + waitMs > shape.safetyMs) return;
    world.timeline.schedule(waitMs, () => {
      this.#act();
      this.#actLater();
    });
  }

  #act(): void {
    const act = this.#random.pick(['opens the page anew', 'pauses the page', 'closes the lid'] as const);
    const { world } = this.#universe;
    if (this.#tab === undefined || this.#tab.life.isStill) return;
    world.reached.add(`browser ${act}`);
    world.trace.tell(() => `the person at ${this.name} ${act}`);
    if (act === 'opens the page anew') this.#open();
    else if (act === 'closes the lid') this.#tab.life.standStill(this.#random.between(0, ASLEEP_MAX_MS));
    else {
      this.openedAtMs = world.timeline.nowMs;
      this.#tab.link.pause();
      this.#tab.link.resume();
    }
  }

  #open(): void {
    this.#close();
    const { world, balancer, shape } = this.#universe;
    const life = new Life(world.timeline, this.#clock);
    const page = new ShownPage(
      life.timers,
      {
        runs: async () => {
          const answer = await this.#ask(life, ({ runs }) => runs?.list(caller, { limit: ROWS_SHOWN }));
          return answer?.ok ? answer.value.items : undefined;
        },
        'run-queue': async () => {
          const answer = await this.#ask(life, ({ runs }) => runs?.viewQueue(caller, this.clusterId));
          return answer?.ok ? answer.value : undefined;
        },
      },
      this.clusterId,
    );
    const link = new LiveLink({
      openStream: balancer.openStream(this.name, life, caller),
      timers: life.timers,
      wallMs: () => this.#clock.wallMs(),
      pace: shape.livePace,
      onFold: (fold) => applyFold(page, fold),
      onRefresh: () => page.askAgain(),
    });
    link.subscribe(() => this.#noteLink(link));
    this.#tab = { life, link, page };
    this.openedAtMs = world.timeline.nowMs;
    page.askAgain();
    link.open();
  }

  async #ask<T>(life: Life, ask: (server: SimulatedReplica) => Promise<Outcome<T>> | undefined) {
    return await life.answer(askServer(this.#universe, ask));
  }

  #noteLink({ state }: LiveLink): void {
    if (state.status !== 'live') this.liveSinceMs = undefined;
    else this.liveSinceMs ??= this.#universe.world.timeline.nowMs;
  }

  #close(): void {
    const tab = this.#tab;
    this.#tab = undefined;
    this.liveSinceMs = undefined;
    if (tab === undefined) return;
    tab.link.close();
    tab.life.end();
    this.#universe.network.programEnded(tab.life, false);
  }

  get isStill(): boolean {
    return this.#tab?.life.isStill ?? true;
  }
}
