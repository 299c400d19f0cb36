import type { AccountId, ClusterId, ConnectionId, DesktopFlowId, GatewayId } from '@deskhand/domain/brand.ts';
import { Ledger } from '../checks/ledger.ts';
import { RunWatch } from '../checks/run-watch.ts';
import { drawFlow, scriptOf } from '../machine/flow-behaviour.ts';
import { SimulatedGateway } from '../machine/simulated-gateway.ts';
import { type MachineTroubles, noMachineTroubles, SimulatedMachine } from '../machine/simulated-machine.ts';
import { LoadBalancer } from '../network/load-balancer.ts';
import { Network } from '../network/network.ts';
import { SimulatedReplica } from '../server/simulated-replica.ts';
import { NotificationChannel } from '../store/change-feed.ts';
import { SimulatedDatabase } from '../store/database.ts';
import { drawFate, noTrouble, type StoreTrouble } from '../store/fates.ts';
import { newAccount, newCluster, newConnection, newFlow, newGateway } from '../store/new-rows.ts';
import { SimulatedServer } from '../store/server.ts';
import { MachineClock } from '../world/machine-clock.ts';
import type { World } from '../world/world.ts';
import type { Shape } from './shape.ts';

export interface ConnectionOfUser {
  readonly id: string;
  readonly clusterId: string;
  readonly user: string;
}

/** Everything there is: servers, machines, gateways, the network between them and the people's data. */
export class Universe {
  readonly world: World;
  readonly shape: Shape;
  readonly ledger: Ledger;
  readonly watch: RunWatch;
  readonly network: Network;
  readonly balancer: LoadBalancer;
  readonly databaseClock: MachineClock;
  readonly database: SimulatedDatabase;
  readonly server: SimulatedServer;
  readonly replicas: readonly SimulatedReplica[];
  readonly machines: SimulatedMachine[] = [];
  readonly gateways: SimulatedGateway[] = [];
  readonly connections: ConnectionOfUser[] = [];
  readonly flowIds: string[] = [];
  storeTrouble: StoreTrouble = noTrouble;

  constructor(world: World, shape: Shape) {
    this.world = world;
    this.shape = shape;
    this.ledger = new Ledger(world);
    this.network = new Network(world, { typicalDelayMs: shape.delayMs, delayMaxMs: shape.delayMs * 2 });
    this.databaseClock = new MachineClock(world.timeline, shape.databaseDrift);
    this.database = new SimulatedDatabase(() => this.databaseClock.wallMs());
    this.server = new SimulatedServer(this.database, this.#storeWorld());
    const channel = new NotificationChannel(this.server, () => this.network.delayMs());
    this.replicas = Array.from({ length: shape.servers }, (_, index) => {
      const name = `server-${String(index + 1)}`;
      const processEnded = this.network.programEnded.bind(this.network);
      return new SimulatedReplica({ world, name, clock: new MachineClock(world.timeline), database: this.server, channel, processEnded });
    });
    this.balancer = new LoadBalancer(this.network, this.replicas);
    this.watch = new RunWatch(world, this.database, this.ledger);
    this.#seed();
  }

  start(): void {
    for (const replica of this.replicas) replica.start();
    for (const gateway of this.gateways) gateway.start();
  }

  addMachine(name: string, slots: number, drift: number, troubles: MachineTroubles = noMachineTroubles()): SimulatedMachine {
    const machine = new SimulatedMachine(this.world, { name, ledger: this.ledger, drift, slots, troubles });
    this.machines.push(machine);
    return machine;
  }

  addGateway(gatewayId: string, machine: SimulatedMachine): SimulatedGateway {
    const gateway = new SimulatedGateway({
      world: this.world,
      gatewayId,
      machine,
      dialFrom: (life, on) => this.balancer.dialFrom(on.name, life),
      processEnded: (life, isMachineGone) => this.network.programEnded(life, isMachineGone),
    });
    this.gateways.push(gateway);
    return gateway;
  }

  #storeWorld() {
    const random = this.world.random.fork('store');
    return {
      schedule: (delayMs: number, work: () => void): void => void this.world.timeline.schedule(delayMs, work),
      fateOf: () => drawFate(this.storeTrouble, random.next),
    };
  }

  #seed(): void {
    const { shape, world } = this;
    const random = world.random.fork('seed');
    const nowMs = this.database.nowMs();
    const alice = 'alice' as AccountId;
    this.database.atomically(() => {
      this.database.accounts.set(
        alice,
        newAccount({ id: alice, name: 'Alice', email: 'alice@corp.example', roles: ['admin', 'maker', 'operator'], createdAtMs: nowMs }),
      );
      for (let flow = 1; flow <= shape.flows; flow += 1) {
        const id = `flow-${String(flow)}` as DesktopFlowId;
        const script = scriptOf(drawFlow(random, shape.flowTrouble));
        this.database.flows.set(id, newFlow({ id, name: id, ownerId: alice, createdAtMs: nowMs }, { script }));
        this.flowIds.push(id);
      }
      for (let cluster = 1; cluster <= shape.clusters; cluster += 1) this.#seedCluster(cluster, alice);
      for (let gateway = 1; gateway <= shape.gateways; gateway += 1) this.#seedGateway(gateway, alice);
    });
  }

  #seedCluster(number: number, ownerId: AccountId): void {
    const { shape, world } = this;
    const random = world.random.fork(`cluster ${String(number)}`);
    const id = `cluster-${String(number)}` as ClusterId;
    const runOnAllGateways = random.chance(0.7);
    const selection = random.chance(0.5) ? ('random' as const) : ('leastBusy' as const);
    const startDeadlineMs = Math.round(random.pick([600_000, 1_800_000, 10_800_000]));
    this.database.clusters.set(id, newCluster({ id, name: id, ownerId, runOnAllGateways, selection, startDeadlineMs, publicKey: 'key' }));
    for (let user = 1; user <= shape.users; user += 1) {
      const connection = `to-user${String(user)}-${id}` as ConnectionId;
      const name = `user${String(user)}`;
      this.database.connections.set(
        connection,
        newConnection({
          id: connection,
          name: connection,
          clusterId: id,
          ownerId,
          accountName: name,
          machineUser: name,
          createdAtMs: this.database.nowMs(),
          sealedPassword: `sealed-password-${name}-1`,
          passwordVersion: 1,
          whenSessionBlocked: random.chance(0.5) ? 'wait' : 'fail',
          notifications: random.chance(0.3),
        }),
      );
      this.connections.push({ id: connection, clusterId: id, user: name });
    }
  }

  #seedGateway(number: number, ownerId: AccountId): void {
    const { shape, world } = this;
    const random = world.random.fork(`gateway ${String(number)}`);
    const id = `gateway-${String(number)}` as GatewayId;
    const clusterId = `cluster-${String(1 + ((number - 1) % shape.clusters))}` as ClusterId;
    const row = { id, clusterId, name: id, ownerId, publicKey: id, sessionHost: 'linux' as const, order: number };
    this.database.gateways.set(id, newGateway({ ...row, enrolledAtMs: this.database.nowMs() }));
    const drift = shape.drift === 0 ? 0 : random.between(-shape.drift, shape.drift);
    this.addGateway(id, this.addMachine(`machine-${String(number)}`, 1 + random.below(3), drift));
  }
}
