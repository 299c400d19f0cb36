import type { AccountId, ClusterId, ConnectionId, DesktopFlowId } from '@deskhand/domain/brand.ts';
import { drawFlow, scriptOf } from '../machine/flow-behaviour.ts';
import type { SimulatedDatabase } from '../store/database.ts';
import { newAccount, newCluster, newConnection, newFlow } from '../store/new-rows.ts';
import type { Random } from '../world/random.ts';
import type { World } from '../world/world.ts';
import { drawFairness } from './draw-fairness.ts';
import type { Shape } from './shape.ts';

export const ALICE = 'alice' as AccountId;

export interface ConnectionOfUser {
  readonly id: string;
  readonly clusterId: string;
  readonly user: string;
}

/** What there is before anything happens: an admin, flows, and clusters with a connection of each user. */
export function addFirstRows(
  database: SimulatedDatabase,
  world: World,
  shape: Shape,
): { readonly connections: readonly ConnectionOfUser[]; readonly flowIds: readonly string[] } {
  const alice = { id: ALICE, name: 'Alice', email: 'alice@corp.example' };
  const createdAtMs = database.nowMs();
  database.accounts.set(ALICE, newAccount({ ...alice, roles: ['admin', 'maker', 'operator'], createdAtMs }));
  const flowIds = addFlows(database, world.random.fork('seed'), shape);
  const connections: ConnectionOfUser[] = [];
  for (let cluster = 1; cluster <= shape.clusters; cluster += 1) {
    const random = world.random.fork(`cluster ${String(cluster)}`);
    const clusterId = addCluster(database, { world, random, shape }, cluster);
    connections.push(...addConnections(database, { random, shape }, clusterId));
  }
  return { connections, flowIds };
}

function addFlows(database: SimulatedDatabase, random: Random, shape: Shape): readonly string[] {
  return Array.from({ length: shape.flows }, (_, index) => {
    const id = `flow-${String(index + 1)}` as DesktopFlowId;
    const script = scriptOf(drawFlow(random, shape.flowTrouble));
    const createdAtMs = database.nowMs();
    database.flows.set(id, newFlow({ id, name: id, ownerId: ALICE, createdAtMs }, { script }));
    return id;
  });
}

interface Draw {
  readonly random: Random;
  readonly shape: Shape;
}

function addCluster(
  database: SimulatedDatabase,
  { world, random, shape }: Draw & { readonly world: World },
  number: number,
): ClusterId {
  const id = `cluster-${String(number)}` as ClusterId;
  const runOnAllGateways = random.chance(0.7);
  const selection = random.chance(0.5) ? ('random' as const) : ('leastBusy' as const);
  const startDeadlineMs = Math.round(random.pick([600_000, 1_800_000]));
  const choice = random.fork('fairness');
  const fairness = choice.chance(shape.fairness) ? drawFairness(choice) : null;
  const asking = world.random.fork(`asking of ${id}`).pick(['ask-once', 'ask-again'] as const);
  const negotiation = shape.asksPeople ? asking : ('off' as const);
  const set = { runOnAllGateways, selection, startDeadlineMs, negotiation, fairness };
  database.clusters.set(id, newCluster({ id, name: id, ownerId: ALICE, ...set, publicKey: 'key' }));
  return id;
}

function addConnections(
  database: SimulatedDatabase,
  { random, shape }: Draw,
  clusterId: ClusterId,
): readonly ConnectionOfUser[] {
  return Array.from({ length: shape.users }, (_, index) => {
    const user = `user${String(index + 1)}`;
    const id = `to-${user}-${clusterId}` as ConnectionId;
    const connection = newConnection({
      ...{ id, name: id, clusterId, ownerId: ALICE, accountName: user, machineUser: user },
      createdAtMs: database.nowMs(),
      sealedPassword: `sealed-password-${user}-1`,
      passwordVersion: 1,
      whenSessionBlocked: random.chance(0.5) ? 'wait' : 'fail',
      notifications: random.chance(0.3),
    });
    database.connections.set(id, connection);
    return { id, clusterId, user };
  });
}
