import type { Outcome } from '@deskhand/control-plane/ports/outcome.ts';
import type { SimulatedReplica } from '../server/simulated-replica.ts';
import type { LoadBalancer } from '../network/load-balancer.ts';
import type { Network } from '../network/network.ts';
import type { World } from '../world/world.ts';

const RESPONSE_WAIT_MS = 10_000;

export interface WayToServers {
  readonly world: World;
  readonly network: Network;
  readonly balancer: LoadBalancer;
}

/** One request to one server; undefined when no answer came back. */
export async function askServer<T>(
  { balancer, network, world }: WayToServers,
  ask: (server: SimulatedReplica) => Promise<Outcome<T>> | undefined,
): Promise<Outcome<T> | undefined> {
  await new Promise<void>((resolve) => world.timeline.schedule(network.delayMs(), resolve));
  const replica = balancer.choose();
  const { life } = replica ?? {};
  if (replica === undefined || life === undefined) return undefined;
  const { promise, resolve } = Promise.withResolvers<Outcome<T> | undefined>();
  world.timeline.schedule(RESPONSE_WAIT_MS, () => resolve(undefined));
  life.hear(() => {
    ask(replica)?.then(
      (answer) => world.timeline.schedule(network.delayMs(), () => resolve(life.isOver ? undefined : answer)),
      () => resolve(undefined),
    );
  });
  return await promise;
}
