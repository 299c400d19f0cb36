import type { SimulatedDatabase } from '../store/database.ts';
import type { GatewayRow, RunRow } from '../store/rows.ts';
import type { World } from '../world/world.ts';

/** Watches where runs are offered: what an admin set counts from the moment at which it was set (S37–S47, S54). */
export class PlacementWatch {
  readonly #world: World;
  readonly #database: SimulatedDatabase;

  constructor(world: World, database: SimulatedDatabase) {
    this.#world = world;
    this.#database = database;
    database.onRunChange(({ before, after }) => {
      if (after === undefined || before?.state === after.state) return;
      if (after.state === 'offered') this.#offered(after);
      if (before?.state === 'queued' && after.state === 'failed') this.#refused(after);
    });
  }

  #offered(run: RunRow): void {
    const gateway = this.#database.gateways.get(run.gatewayId ?? '');
    if (gateway === undefined) return;
    this.#isTheTaker(run, gateway);
    this.#fits(run, gateway);
    this.#hasAnAddOn(run);
  }

  /** With the toggle off, the first member by order that may be asked takes all runs (S47). */
  #isTheTaker({ id, clusterId, canaryOf }: RunRow, gateway: GatewayRow): void {
    // A canary is for the member that is set aside, and for no other.
    if (canaryOf !== null || this.#database.clusters.get(clusterId)?.runOnAllGateways !== false) return;
    this.#world.reached.add('toggle off');
    const earlier = this.#database.membersOf(clusterId).find((one) => one.order < gateway.order && mayBeAsked(one));
    if (earlier === undefined) return;
    this.#world.violated(
      'S47',
      `run ${id} was offered to ${gateway.id}, and ${earlier.id} takes the runs of ${clusterId}`,
    );
  }

  /** Never more of our runs on a machine than its policy and its admin allow (S37, S39, S41). */
  #fits({ id, mode }: RunRow, gateway: GatewayRow): void {
    const limit = limitOf(gateway);
    const isOneSlot = gateway.policyOverride === 'single-session';
    if (limit === undefined || (mode === 'attended' && !isOneSlot)) return;
    const held = this.#database.runs.inHandOf(gateway.id).filter((run) => isOneSlot || run.mode === 'unattended');
    if (held.length <= limit) return;
    const runs = held.map((run) => run.id).join(', ');
    this.#world.violated('S41', `run ${id} was offered to ${gateway.id}, which may hold ${String(limit)}: ${runs}`);
  }

  /** Never more unattended runs in hand than there are add-ons (S54). */
  #hasAnAddOn({ id, mode }: RunRow): void {
    const addOns = this.#database.installation.get('only')?.settings.unattendedAddOns ?? null;
    if (addOns === null || mode === 'attended') return;
    this.#world.reached.add('add-ons counted');
    const held = [...this.#database.runs.inHand()].filter((run) => run.mode === 'unattended').length;
    if (held > addOns)
      this.#world.violated('S54', `run ${id} was offered as number ${String(held)} of ${String(addOns)} add-ons`);
  }

  /** A session in the way ends only the runs whose connection says so (S19, DESIGN §6). */
  #refused({ id, whenSessionBlocked }: RunRow): void {
    if (whenSessionBlocked === 'wait')
      this.#world.violated('S19', `run ${id} is to wait for a session, and was refused`);
  }
}

/** Written down here once more. */
function limitOf({ policyOverride, capacityOverride, facts }: GatewayRow): number | undefined {
  if (facts === null) return undefined;
  if (policyOverride === 'single-session') return 1;
  const most = { 'multi-session': Math.min(2, facts.sessionLimit), 'multi-session-rds': facts.sessionLimit };
  const limit = capacityOverride ?? facts.sessionLimit;
  return Math.max(1, policyOverride === null ? limit : Math.min(limit, most[policyOverride]));
}

const mayBeAsked = ({ enabled, quarantined, maintenanceSinceMs, setAsideSinceMs, linkedTo }: GatewayRow): boolean =>
  enabled && !quarantined && maintenanceSinceMs === null && setAsideSinceMs === null && linkedTo !== null;
