import type { ClusterId, GatewayId } from '@deskhand/domain/brand.ts';
import { Ledger } from '../checks/ledger.ts';
import { type AccountThere, LinkWatch } from '../checks/link-watch.ts';
import { PlacementWatch } from '../checks/placement-watch.ts';
import { RunWatch } from '../checks/run-watch.ts';
import { halfAsked } from '../machine/half-asked.ts';
import type { DiskImage } from '../machine/simulated-disk.ts';
import { SimulatedGateway } from '../machine/simulated-gateway.ts';
import { type MachineTroubles, noMachineTroubles, SimulatedMachine } from '../machine/simulated-machine.ts';
import { SimulatedBrowser } from '../browsers/simulated-browser.ts';
import { LoadBalancer } from '../network/load-balancer.ts';
import { Network } from '../network/network.ts';
import { SimulatedReplica } from '../server/simulated-replica.ts';
import { NotificationChannel } from '../store/change-feed.ts';
import { type DatabaseSnapshot, SimulatedDatabase } from '../store/database.ts';
import { drawFate, noTrouble, type StoreTrouble } from '../store/fates.ts';
import { newGateway } from '../store/new-rows.ts';
import { type Fate, SimulatedServer } from '../store/server.ts';
import { MachineClock } from '../world/machine-clock.ts';
import type { World } from '../world/world.ts';
import { addFirstRows, ALICE, type ConnectionOfUser } from './first-rows.ts';
import { type Shape, sweepPaceOf } from './shape.ts';

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
  readonly browsers: readonly SimulatedBrowser[];
  readonly connections: ConnectionOfUser[] = [];
  readonly flowIds: string[] = [];
  storeTrouble: StoreTrouble = noTrouble;
  #restores = 0;
  #beforeStatement: ((fate: Fate) => void) | undefined;

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
      return new SimulatedReplica({
        world,
        name,
        clock: new MachineClock(world.timeline),
        database: this.server,
        channel,
        processEnded,
        sweepIntervals: sweepPaceOf(shape),
        linkPace: shape.linkPace,
        deathLimits: shape.deathLimits,
        liveBeatMs: shape.livePace.beatIntervalMs,
      });
    });
    this.balancer = new LoadBalancer(this.network, this.replicas);
    this.watch = new RunWatch(world, this.database, this.ledger);
    new PlacementWatch(world, this.database);
    const links = new LinkWatch(world, this.database, (machine, user) => this.#accountOn(machine, user));
    this.network.said = (from, text) => links.said(from, text);
    this.#seed();
    this.browsers = Array.from(
      { length: shape.browsers },
      (_, index) => new SimulatedBrowser(this, `browser-${String(index + 1)}`),
    );
  }

  start(): void {
    for (const replica of this.replicas) replica.start();
    for (const gateway of this.gateways) gateway.start();
    for (const browser of this.browsers) browser.begin();
  }

  addMachine(
    name: string,
    slots: number,
    drift: number,
    troubles: MachineTroubles = noMachineTroubles(),
  ): SimulatedMachine {
    const machine = new SimulatedMachine(this.world, { name, ledger: this.ledger, drift, slots, troubles });
    this.machines.push(machine);
    return machine;
  }

  addGateway(gatewayId: string, machine: SimulatedMachine): SimulatedGateway {
    const gateway = new SimulatedGateway({
      world: this.world,
      gatewayId,
      machine,
      factsPollMs: this.shape.factsPollMs,
      silenceMaxMs: this.shape.linkPace.silenceMaxMs,
      dialFrom: (life, on) => this.balancer.dialFrom(on.name, life),
      processEnded: (life, isMachineGone) => this.network.programEnded(life, isMachineGone),
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** The server dies around one of the statements to come; nobody knows whose, because they all share the database. */
  crashAtStatement(
    replica: SimulatedReplica,
    { skip, isAfterCommit }: { readonly skip: number; readonly isAfterCommit: boolean },
    crashed: () => void,
  ): void {
    let left = skip;
    this.#beforeStatement = (fate) => {
      left -= 1;
      if (left >= 0) return;
      this.#beforeStatement = undefined;
      this.world.timeline.schedule(isAfterCommit ? fate.toServerMs + fate.workMs : fate.toServerMs / 2, () => {
        replica.crash();
        crashed();
      });
    };
  }

  /** All servers are stopped, the backup takes the place of what there is, and nobody has started a server yet. */
  restoreDatabase(backup: DatabaseSnapshot): void {
    for (const replica of this.replicas) replica.crash();
    this.server.stop();
    this.#restores += 1;
    this.ledger.keepGranted(this.database.runs.inHand());
    this.database.restore(backup, `epoch-restored-${String(this.#restores)}`);
    this.watch.forgetSince();
    this.server.start();
  }

  machineGoesDown(machine: SimulatedMachine, losesPower: boolean): void {
    for (const gateway of this.#gatewaysOn(machine)) gateway.crash(losesPower);
    machine.goDown(losesPower);
  }

  machineComesUp(machine: SimulatedMachine): void {
    if (!machine.power.isOver) return;
    machine.comeUp();
    for (const gateway of this.#gatewaysOn(machine)) gateway.start();
  }

  /** A copy of a machine with all its files; its gateway has the same identity and is not started yet. */
  cloneMachine(original: SimulatedGateway): SimulatedGateway {
    const machine = this.addMachine(`copy-${String(this.machines.length + 1)}`, 2, 0);
    machine.disk.restore(this.imageOf(original.machine));
    this.ledger.doubtful.add(machine.name).add(original.machine.name);
    return this.addGateway(original.gatewayId, machine);
  }

  /** All files of a machine as they are now, to copy it or to set it back by. */
  imageOf(machine: SimulatedMachine): DiskImage {
    const image = machine.disk.image();
    this.ledger.copiedHalfAsked(halfAsked(image));
    return image;
  }

  /** This gateway will never run again, and what ran on its machine is over. */
  retire(gateway: SimulatedGateway): void {
    gateway.crash(true);
    this.#leaves(gateway);
    if (this.#gatewaysOn(gateway.machine).every((one) => one.isRetired) && !gateway.machine.power.isOver) {
      gateway.machine.goDown(true);
    }
  }

  /** Its program and its data folder are gone, unless another program there goes by the same identity. */
  #leaves(gateway: SimulatedGateway): void {
    gateway.isRetired = true;
    const { gatewayId, machine } = gateway;
    const isThere = this.#gatewaysOn(machine).some((one) => !one.isRetired && one.gatewayId === gatewayId);
    if (!isThere) machine.goneOwners.add(gatewayId);
  }

  /** A new identity on a machine, in the cluster of the first gateway there. */
  enrolAnew(machine: SimulatedMachine): SimulatedGateway {
    const first = this.gateways.find((gateway) => gateway.machine === machine);
    const clusterId = this.database.gateways.get(first?.gatewayId ?? '')?.clusterId;
    const id = `gateway-${String(this.database.gateways.size + 1)}` as GatewayId;
    if (clusterId === undefined) throw new Error(`${machine.name} has no gateway.`);
    this.database.atomically(() => this.#enrol(id, clusterId, this.database.gateways.size + 1));
    return this.addGateway(id, machine);
  }

  /** The machine of a removed or quarantined gateway comes back with a new identity. */
  replaceGateway(gateway: SimulatedGateway): void {
    if (gateway.isRetired) return;
    gateway.crash();
    this.#leaves(gateway);
    this.enrolAnew(gateway.machine).start();
  }

  changePassword(user: string): number {
    const version = 1 + Math.max(1, ...this.machines.map((machine) => machine.passwordVersions.get(user) ?? 1));
    for (const machine of this.machines) machine.passwordVersions.set(user, version);
    return version;
  }

  sealPassword(user: string, version: number): void {
    this.database.atomically(() => {
      for (const connection of [...this.database.connections.values()]) {
        if (connection.machineUser !== user) continue;
        const sealedPassword = `sealed-password-${user}-${String(version)}`;
        this.database.connections.set(connection.id, { ...connection, sealedPassword, passwordVersion: version });
      }
    });
  }

  /** Everything works again: programs run, machines are up and awake, nobody sits at a screen. */
  mend(): void {
    this.network.healAll();
    this.network.weather.delayMaxMs = this.shape.delayMs * 2;
    this.#beforeStatement = undefined;
    this.server.start();
    // Deadlines count by this clock: one that was set back by an hour has its runs wait an hour longer.
    this.databaseClock.setRight();
    for (const replica of this.replicas) {
      replica.life?.goOn();
      replica.start();
    }
    for (const machine of this.machines) this.#mendMachine(machine);
    for (const browser of this.browsers) browser.goOn();
    for (const gateway of this.gateways) {
      gateway.life?.goOn();
      gateway.start();
    }
    this.database.atomically(() => {
      for (const gateway of [...this.database.gateways.values()])
        this.database.gateways.set(gateway.id, { ...gateway, enabled: true, maintenanceSinceMs: null });
    });
  }

  /**
   * What an admin does about gateways that were used from two places, or removed: their machines are enrolled anew. One whose
   * removal no server answered is removed again, or what it had in hand would wait for it for ever.
   */
  replaceLostGateways(remove: (gatewayId: string) => void): void {
    const inUse = new Set(this.gateways.filter((one) => !one.isRetired).map((one) => one.gatewayId));
    for (const gateway of [...this.gateways]) {
      const row = this.database.gateways.get(gateway.gatewayId);
      if (row === undefined) continue;
      const isLost = row.quarantined || row.removedAtMs !== null || !inUse.has(gateway.gatewayId);
      if (!isLost) continue;
      if (row.removedAtMs === null) remove(gateway.gatewayId);
      else if (!gateway.isRetired) this.replaceGateway(gateway);
    }
  }

  #accountOn(name: string, user: string): AccountThere | undefined {
    const machine = this.machines.find((one) => one.name === name);
    if (machine === undefined || this.ledger.doubtful.has(name)) return undefined;
    const session = machine.sessionOf(user);
    return {
      hasSession: session !== undefined,
      isOpen: session?.isActive === true && !session.locked,
      unchangedForMs: this.world.timeline.nowMs - machine.changedAtMs,
    };
  }

  /** Only a machine that was copied or set back is ever quarantined (§7.5). */
  auditIdentities(): void {
    for (const gateway of this.gateways) {
      if (this.database.gateways.get(gateway.gatewayId)?.quarantined !== true) continue;
      const machines = this.gateways
        .filter((one) => one.gatewayId === gateway.gatewayId)
        .map((one) => one.machine.name);
      if (!machines.some((name) => this.ledger.doubtful.has(name))) {
        this.world.violated(
          'F12',
          `${gateway.gatewayId} is quarantined, and its machine was neither copied nor set back`,
        );
      }
    }
  }

  #mendMachine(machine: SimulatedMachine): void {
    machine.disk.onSync = () => undefined;
    machine.disk.isFull = false;
    machine.clock.wake();
    machine.power.goOn();
    Object.assign(machine.troubles, noMachineTroubles());
    for (const session of [...machine.sessions.values()]) {
      if (session.ours === null) machine.endSession(session.id, 'the person signed out');
    }
    if (this.#gatewaysOn(machine).some((gateway) => !gateway.isRetired)) this.machineComesUp(machine);
  }

  #gatewaysOn(machine: SimulatedMachine): readonly SimulatedGateway[] {
    return this.gateways.filter((gateway) => gateway.machine === machine);
  }

  #storeWorld() {
    const random = this.world.random.fork('store');
    return {
      nowMs: (): number => this.world.timeline.nowMs,
      schedule: (delayMs: number, work: () => void): void => void this.world.timeline.schedule(delayMs, work),
      fateOf: (): Fate => {
        const fate = drawFate(this.storeTrouble, random.next);
        this.#beforeStatement?.(fate);
        return fate;
      },
    };
  }

  #seed(): void {
    const { database, shape, world } = this;
    database.atomically(() => {
      const { connections, flowIds } = addFirstRows(database, world, shape);
      this.connections.push(...connections);
      this.flowIds.push(...flowIds);
      for (let gateway = 1; gateway <= shape.gateways; gateway += 1) this.#seedGateway(gateway);
    });
  }

  #enrol(id: GatewayId, clusterId: ClusterId, order: number): void {
    const row = { id, clusterId, name: id, ownerId: ALICE, publicKey: id, sessionHost: 'linux' as const, order };
    this.database.gateways.set(id, newGateway({ ...row, enrolledAtMs: this.database.nowMs() }));
    this.database.bump(clusterId);
  }

  #seedGateway(number: number): void {
    const { shape, world } = this;
    const random = world.random.fork(`gateway ${String(number)}`);
    const id = `gateway-${String(number)}` as GatewayId;
    const clusterId = `cluster-${String(1 + ((number - 1) % shape.clusters))}` as ClusterId;
    this.#enrol(id, clusterId, number);
    const drift = shape.drift === 0 ? 0 : random.between(-shape.drift, shape.drift);
    const slots = 1 + random.below(3);
    this.addGateway(id, this.addMachine(`machine-${String(number)}`, shape.slots ?? slots, drift));
  }
}
