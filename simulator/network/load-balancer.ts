import type { Dial } from '@deskhand/gateway/adapters/link/link-wire.ts';
import type { Life } from '../world/life.ts';
import type { Viewer } from '@deskhand/control-plane/adapters/http/live-events.ts';
import type { OpenStream, StreamEars } from '@deskhand/portal/app/live/live-link.ts';
import { LIVE_BEAT } from '@deskhand/protocol/http/live-pace.ts';
import { type SimulatedReplica, STREAM_OPENS } from '../server/simulated-replica.ts';
import type { CableEnd } from './cable.ts';
import type { Network } from './network.ts';

/** Sends each new connection to one of the servers that it takes for alive; it may be wrong about one. */
export class LoadBalancer {
  readonly #network: Network;
  readonly #replicas: readonly SimulatedReplica[];
  readonly #random;

  constructor(network: Network, replicas: readonly SimulatedReplica[]) {
    this.#network = network;
    this.#replicas = replicas;
    this.#random = network.world.random.fork('load balancer');
  }

  /** Any server that runs; undefined while none does. */
  choose(): SimulatedReplica | undefined {
    const up = this.#replicas.filter((replica) => replica.isUp);
    return up.length === 0 ? undefined : this.#random.pick(up);
  }

  /** A page's way to the live stream of a server; answers how to close it. */
  openStream(site: string, life: Life, viewer: Viewer): OpenStream {
    return (ears) => {
      let end: CableEnd | undefined;
      let isClosed = false;
      const hear = (act: () => void): void => {
        if (!isClosed) act();
      };
      void life.later(this.#network.delayMs()).then(() => {
        if (isClosed) return;
        const replica = this.choose();
        const serverLife = replica?.life;
        if (replica === undefined || serverLife === undefined) return ears.lost();
        const { near, far, cable } = this.#network.connect({ site, life }, { site: replica.name, life: serverLife });
        end = near;
        near.listen({
          text: (text) => hear(() => read(text, ears)),
          ping: () => undefined,
          pong: () => undefined,
          closed: () => hear(ears.lost),
        });
        this.#network.world.timeline.schedule(this.#network.delayMs(), () => {
          serverLife.hear(() => {
            const listener = { viewer, lastEventId: undefined, viewerNow: () => Promise.resolve(viewer) };
            if (!replica.serveStream(far, listener)) cable.breakDown(0, [1, 1]);
          });
        });
      });
      return () => {
        isClosed = true;
        end?.cut();
      };
    };
  }

  /** A gateway's way to a server. */
  dialFrom(site: string, life: Life): Dial {
    return async (listener) => {
      await life.later(this.#network.delayMs());
      const replica = this.choose();
      const serverLife = replica?.life;
      if (replica === undefined || serverLife === undefined) throw new Error('connect ECONNREFUSED');
      const { near, far, cable } = this.#network.connect({ site, life }, { site: replica.name, life: serverLife });
      near.listen({ text: listener.text, ping: listener.heard, pong: listener.heard, closed: listener.closed });
      const { timeline } = this.#network.world;
      timeline.schedule(this.#network.delayMs(), () => {
        // Without a way there and back nothing is heard, and the greeting's patience ends it.
        if (this.#network.isBlocked(site, replica.name) || this.#network.isBlocked(replica.name, site)) return;
        serverLife.hear(() => {
          if (!replica.serve(far, site)) cable.breakDown(0, [1, 1]);
        });
      });
      return {
        send: (text, taken) => near.send(text, taken),
        bytesWaiting: near.bytesWaiting,
        ping: near.ping,
        cut: near.cut,
      };
    };
  }
}

/** As a browser reads a stream: blocks of lines, each an event with a name or without. */
function read(text: string, ears: StreamEars): void {
  if (text === STREAM_OPENS) ears.opened();
  else if (text.startsWith(`event: ${LIVE_BEAT}`)) ears.beat();
  else {
    const data = /^data: (.+)$/m.exec(text)?.[1];
    if (data !== undefined) ears.message(data);
  }
}
