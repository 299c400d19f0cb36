import { FAULTS_MIN } from '@deskhand/domain/gateway/sickness.ts';
import { putBack, tryNow } from '@deskhand/control-plane/use-cases/gateways/sick-members.ts';
import { changeSettings } from '@deskhand/control-plane/use-cases/system/change-settings.ts';
import { caller } from '../people/caller.ts';
import type { People } from '../people/people.ts';
import type { GatewayRow } from '../store/rows.ts';
import type { Universe } from '../universe/universe.ts';

const LOOK_MS = 20_000;

/** Watches who is set aside: for what happened at the machine alone, never too many, and not for ever (N12). */
export class SicknessWatch {
  readonly #universe: Universe;
  readonly #known = new Map<string, number>();

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  begin(): void {
    const { timeline } = this.#universe.world;
    timeline.schedule(LOOK_MS, () => {
      this.look();
      this.begin();
    });
  }

  look(): void {
    for (const row of this.#universe.database.gateways.values()) {
      const sinceMs = row.setAsideSinceMs;
      if (sinceMs === null || this.#known.get(row.id) === sinceMs) continue;
      this.#known.set(row.id, sinceMs);
      this.#universe.world.reached.add('member set aside');
      this.#wasRight(row);
    }
  }

  /** Nobody is set aside any more whom a canary could have shown to be well. */
  isOver(): boolean {
    return this.#aside().length === 0;
  }

  /** An admin who has mended the machines has them tried at once, and puts back by hand whom no canary can try. */
  mend(people: People): void {
    const { database } = this.#universe;
    const isWithoutAddOns = database.installation.get('only')?.settings.unattendedAddOns === 0;
    // A canary takes an add-on as every unattended run does.
    if (isWithoutAddOns && !this.isOver())
      void people.administer((admin) => changeSettings(admin, caller, { unattendedAddOns: 1 }));
    for (const { id, canaryRunId } of this.#aside()) {
      const newest = [...database.gatewayEvents.values()].findLast(({ gatewayId }) => gatewayId === id);
      if (newest?.event === 'canary-impossible') void people.administer((admin) => putBack(admin, caller, id));
      else if (canaryRunId === null) void people.administer((admin) => tryNow(admin, caller, id));
    }
  }

  audit(): void {
    for (const { id } of this.#aside())
      this.#universe.world.violated('N12', `${id} is still set aside, although its machine has been well for hours`);
  }

  #aside(): readonly GatewayRow[] {
    const { database } = this.#universe;
    return [...database.gateways.values()].filter(
      (row) => row.setAsideSinceMs !== null && row.removedAtMs === null && !row.quarantined,
    );
  }

  #wasRight({ id, clusterId, setAsideSinceMs }: GatewayRow): void {
    const { database, gateways, ledger, world } = this.#universe;
    const machines = gateways.filter(({ gatewayId }) => gatewayId === id).map(({ machine }) => machine);
    const failures = machines.reduce((sum, machine) => sum + machine.failures, 0);
    const isDoubtful = machines.some(({ name }) => ledger.doubtful.has(name));
    if (failures < FAULTS_MIN && !isDoubtful)
      world.violated('N12', `${id} was set aside, and ${String(failures)} sign-ins or processes failed on its machine`);
    // Those that were removed since count as they did then, and those that had gone before do not.
    const members = [...database.gateways.values()].filter(
      (row) => row.clusterId === clusterId && (row.removedAtMs === null || row.removedAtMs >= (setAsideSinceMs ?? 0)),
    );
    const aside = members.filter((row) => row.setAsideSinceMs !== null).length;
    if (2 * aside > members.length)
      world.violated('N12', `${String(aside)} of the ${String(members.length)} members of ${clusterId} are set aside`);
  }
}
