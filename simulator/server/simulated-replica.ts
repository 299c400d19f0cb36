import type { DeathLimits } from '@deskhand/control-plane/ports/replicas.ts';
import type { LinkPace } from '@deskhand/protocol/link/messages.ts';
import {
  createLiveEvents,
  type LiveEvents,
  type Listener,
  type StreamOutlet,
} from '@deskhand/control-plane/adapters/http/live-events.ts';
import { startLiveFeed } from '@deskhand/control-plane/adapters/http/live-feed.ts';
import { gatewayToWire } from '@deskhand/control-plane/adapters/http/gateway-handlers.ts';
import { createServedLinks, type ServedLinks } from '@deskhand/control-plane/adapters/link/served-links.ts';
import type { ServedWire } from '@deskhand/control-plane/adapters/link/served-wire.ts';
import { done } from '@deskhand/control-plane/ports/outcome.ts';
import type { SickMemberPorts } from '@deskhand/control-plane/use-cases/gateways/sick-members.ts';
import type { PreflightPorts } from '@deskhand/control-plane/use-cases/connections/preflight.ts';
import { createLinkUseCases, type LinkUseCases } from '@deskhand/control-plane/use-cases/link/create-link-use-cases.ts';
import { createRunUseCases, type RunUseCases } from '@deskhand/control-plane/use-cases/runs/create-run-use-cases.ts';
import { closeLinks } from '@deskhand/control-plane/use-cases/link/reach-gateway.ts';
import type { updateGateway } from '@deskhand/control-plane/use-cases/gateways/clusters.ts';
import type { ChangeSettingsPorts } from '@deskhand/control-plane/use-cases/system/change-settings.ts';
import { startSweeps } from '@deskhand/control-plane/use-cases/sweeps/start-sweeps.ts';
import type { CableEnd } from '../network/cable.ts';
import type { NotificationChannel } from '../store/change-feed.ts';
import { openStoreReplica, type StoreReplica } from '../store/open-stores.ts';
import type { SimulatedServer } from '../store/server.ts';
import { StoreFault } from '../store/store-fault.ts';
import { Life } from '../world/life.ts';
import type { MachineClock } from '../world/machine-clock.ts';
import type { World } from '../world/world.ts';

export interface ReplicaParts {
  readonly world: World;
  readonly name: string;
  readonly clock: MachineClock;
  readonly database: SimulatedServer;
  readonly channel: NotificationChannel;
  readonly sweepIntervals: Parameters<typeof startSweeps>[1];
  readonly linkPace: LinkPace;
  readonly deathLimits: DeathLimits;
  readonly liveBeatMs: number;
  readonly processEnded: (life: Life, isMachineGone: boolean) => void;
}

const RESTART_MS = 5_000;
const SERVER_VERSION = '0.1.0';
/** The head of an answer, with which a browser says that the stream is open. */
export const STREAM_OPENS = 'HTTP/1.1 200';

export type Admin = Parameters<typeof updateGateway>[0] & PreflightPorts & ChangeSettingsPorts & SickMemberPorts;

type LiveParts = Pick<Running, 'runs'> & Pick<StoreReplica, 'changes' | 'stores'>;

interface Running {
  readonly replica: string;
  readonly life: Life;
  readonly store: StoreReplica;
  readonly links: ServedLinks;
  readonly link: LinkUseCases;
  readonly runs: RunUseCases;
  readonly admin: Admin;
  readonly events: LiveEvents;
  sweeps: ReturnType<typeof startSweeps> | undefined;
  isReady: boolean;
}

/** One control plane of several: the real use cases and the real protocol of links over the simulated store. */
export class SimulatedReplica {
  readonly name: string;
  readonly #parts: ReplicaParts;
  #starts = 0;
  #running: Running | undefined;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.name = parts.name;
  }

  get isUp(): boolean {
    return this.#running?.isReady ?? false;
  }

  get life(): Life | undefined {
    return this.#running?.life;
  }

  get runs(): RunUseCases | undefined {
    return this.#running?.runs;
  }

  get admin(): Admin | undefined {
    return this.#running?.admin;
  }

  /** Connections to the database that are held, for the check that none is leaked. */
  get store(): StoreReplica | undefined {
    return this.#running?.store;
  }

  start(): void {
    if (this.#running !== undefined) return;
    const { world } = this.#parts;
    world.trace.mark(`up ${this.name}`);
    world.trace.tell(() => `${this.name} starts`);
    this.#starts += 1;
    this.#running = this.#open(new Life(world.timeline, this.#parts.clock), `${this.name}-${String(this.#starts)}`);
  }

  /** `kill -9`: nothing is said to anybody, and what the database was doing for it may still be done. */
  crash(isMachineGone = false): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { world } = this.#parts;
    world.trace.mark(`down ${this.name}`);
    world.trace.tell(() => `${this.name} crashes`);
    running.life.end();
    running.store.die();
    this.#parts.processEnded(running.life, isMachineGone);
  }

  /** As on SIGTERM: nothing new is taken, links are ended in words, and the others learn that it goes. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isReady = false;
    const { world } = this.#parts;
    world.trace.tell(() => `${this.name} stops`);
    running.events.close();
    await running.sweeps?.stop();
    await running.links.closeAll();
    await running.runs.wakeups.close();
    await running.store.stores.replicas.leave(running.replica).catch(() => undefined);
    if (this.#running === running) this.crash();
  }

  /** The upgrade of a gateway's connection. */
  serve(end: CableEnd, address: string): boolean {
    const running = this.#running;
    if (running === undefined || !running.isReady || !running.links.hasRoom()) return false;
    running.links.serve(wireOf(end), running.link, address);
    return true;
  }

  /** A page or a program asks for the live stream; false when it is refused. */
  serveStream(end: CableEnd, listener: Listener): boolean {
    const running = this.#running;
    if (running === undefined || !running.isReady) return false;
    return running.events.stream(outletOf(end), listener) === 'streaming';
  }

  #openEvents(life: Life, replica: string, { changes, runs, stores }: LiveParts): LiveEvents {
    const events = createLiveEvents(replica, this.#parts.liveBeatMs, life.timers);
    const stop = startLiveFeed({
      timers: life.timers,
      changes,
      events,
      readRuns: runs.readRuns,
      readGateway: async (id) => {
        const gateway = await stores.clusters.gatewayById(id);
        return gateway && gatewayToWire(gateway, SERVER_VERSION);
      },
      onFault: (error) => this.#say({ error: String(error) }, 'live events could not be read'),
    });
    life.onEnd(stop);
    return events;
  }

  #open(life: Life, replica: string): Running {
    const { world, database, channel, sweepIntervals, linkPace, deathLimits } = this.#parts;
    const random = world.random.fork(replica);
    const store = openStoreReplica(database, channel, { name: replica, timers: life.timers });
    const stores = heardBy(life, store.stores);
    const log = { info: () => undefined, warn: this.#say, error: this.#say };
    let nonces = 0;
    const links = createServedLinks({
      log,
      timers: life.timers,
      pace: linkPace,
      newNonce: () => {
        nonces += 1;
        return `${replica}-nonce-${String(nonces)}`;
      },
      isProven: (hello) => hello.proof.startsWith(`${hello.gatewayId} signs `),
    });
    let ids = 0;
    const runs = createRunUseCases({
      runs: stores.runs,
      queue: stores.queue,
      predictions: stores.predictions,
      decisions: stores.decisions,
      questions: stores.questions,
      links,
      changes: store.changes,
      accountRule: () => done({ exception: null }),
      newId: () => {
        ids += 1;
        return `run-${replica}-${String(ids)}`;
      },
      random: random.next,
      timers: life.timers,
      onPlanningFault: (clusterId, error) => this.#planningFailed(clusterId, error),
      onRecordFault: (error) => this.#say({ error: String(error) }, 'what was decided could not be kept'),
      version: SERVER_VERSION,
    });
    let epochs = 0;
    const newEpoch = (): string => {
      epochs += 1;
      return `epoch-${replica}-${String(epochs)}`;
    };
    const { changes } = store;
    const shared = {
      store: stores.links,
      recovery: stores.recovery,
      checks: stores.checks,
      preflights: stores.preflights,
      questions: stores.questions,
      queue: stores.queue,
      newQuestionId: (): string => {
        ids += 1;
        return `question-${replica}-${String(ids)}`;
      },
      newEpoch,
      links,
      changes,
      wakeups: runs.wakeups,
      replica,
    };
    const newRoundId = (): string => {
      ids += 1;
      return `round-${replica}-${String(ids)}`;
    };
    const link = createLinkUseCases(shared);
    const sweep = () =>
      startSweeps(
        {
          ...shared,
          newRoundId,
          sickMembers: stores.sickMembers,
          newRunId: newRoundId,
          deadlines: stores.deadlines,
          predictions: stores.predictions,
          retention: stores.retention,
          replicas: stores.replicas,
          deathLimits,
          turns: stores.turns,
          monotonicMs: life.timers.nowMs,
          timers: life.timers,
          onFault: (error) => this.#say({ error: String(error) }, 'a sweep failed'),
        },
        sweepIntervals,
      );
    const admin: Admin = {
      ...{ ...shared, accounts: stores.accounts, connections: stores.connections, newRoundId },
      ...{ clusters: stores.clusters, installation: stores.installation, queue: stores.queue },
      sickMembers: stores.sickMembers,
      wake: (clusterId) => runs.wakeups.wake(clusterId),
      unlink: (gatewayId) => closeLinks({ links, changes: store.changes }, gatewayId),
    };
    const events = this.#openEvents(life, replica.replaceAll('-', '.'), { changes, runs, stores });
    const running: Running = {
      ...{ replica, life, store, links, link, runs, admin, events },
      ...{ sweeps: undefined, isReady: false },
    };
    stores.replicas.join(replica).then(
      () => Object.assign(running, { sweeps: sweep(), isReady: true }),
      () => {
        // Its supervisor starts it again.
        if (this.#running === running) this.crash();
        world.timeline.schedule(RESTART_MS, () => this.start());
      },
    );
    return running;
  }

  /** The database may be away; but a plan that breaks its constraints is a plan that should not have been made (I5). */
  #planningFailed(clusterId: string, error: unknown): void {
    this.#say({ clusterId, error: String(error) }, 'planning failed');
    if (!(error instanceof StoreFault) || error.constraint !== undefined) {
      this.#parts.world.violated('I5', `a plan of ${clusterId} failed: ${String(error)}`);
    }
  }

  readonly #say = (facts: object, message: string): void => {
    this.#parts.world.trace.tell(() => `${this.name} says: ${message} ${textOf(facts)}`);
  };
}

function textOf(facts: object): string {
  return JSON.stringify(facts, (_key, value: unknown) => (value instanceof Error ? value.message : value));
}

type Methods = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>;

/** Answers reach a program only while it does not stand still. */
function heardBy<Stores extends object>(life: Life, stores: Stores): Stores {
  const wrapped = Object.entries(stores).map(([name, store]) => [name, heardMethods(life, store as Methods)]);
  return Object.fromEntries(wrapped) as Stores;
}

function heardMethods(life: Life, store: Methods): Methods {
  const methods = Object.entries(store).map(([name, method]) => {
    const heard = async (...given: never[]): Promise<unknown> => await life.answer(method(...given));
    return [name, heard] as const;
  });
  return Object.fromEntries(methods);
}

const outletOf = (end: CableEnd): StreamOutlet => ({
  begin: () => end.send(STREAM_OPENS),
  write: (text) => end.send(text),
  bytesWaiting: end.bytesWaiting,
  end: end.close,
  cut: end.cut,
  onClose: (closed) => end.listen({ text: ignore, ping: ignore, pong: ignore, closed }),
});
const ignore = (): void => undefined;

function wireOf(end: CableEnd): ServedWire {
  return {
    isOpen: end.isOpen,
    bytesWaiting: end.bytesWaiting,
    send: (text) => end.send(text),
    ping: end.ping,
    hold: end.hold,
    close: end.close,
    cut: end.cut,
    listen: (listener) =>
      end.listen({ text: listener.text, ping: () => undefined, pong: listener.heard, closed: listener.closed }),
  };
}
