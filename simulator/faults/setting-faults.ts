import { changeSettings } from '@deskhand/control-plane/use-cases/system/change-settings.ts';
import { updateCluster, updateGateway } from '@deskhand/control-plane/use-cases/gateways/clusters.ts';
import { rehearsals } from '@deskhand/domain/session/machine.ts';
import { caller } from '../people/caller.ts';
import { type FaultKind, MINUTE_MS, someTime } from './fault-kind.ts';

const REHEARSALS = [null, ...rehearsals];
const CAPACITIES = [null, 1, 2, 4] as const;
const POOLS = [null, 0, 1, 2, 3, 8] as const;
/** Fewer than several clusters want, more than the first of them takes. */
const SCARCE_POOLS = [2, 3, 4] as const;

/** F13: admins set anew how runs are spread, while runs are placed and end. */
export const settingFaults: readonly FaultKind[] = [
  {
    name: 'toggle-is-switched',
    everyMs: 15 * MINUTE_MS,
    strike: ({ universe, people, random }) => {
      const { id } = random.pick([...universe.database.clusters.values()]);
      const change = { runOnAllGateways: random.chance(0.5), selection: random.pick(['random', 'leastBusy'] as const) };
      void people.administer((admin) => updateCluster(admin, caller, id, change));
      return `an admin switches Run on all gateways of ${id} ${change.runOnAllGateways ? 'on' : 'off'}, ${change.selection}`;
    },
  },
  {
    name: 'capacity-is-set',
    everyMs: 15 * MINUTE_MS,
    strike: ({ universe, people, random, later }) => {
      const { gatewayId } = random.pick(universe.gateways);
      const [policyOverride, capacityOverride] = [random.pick(REHEARSALS), random.pick(CAPACITIES)];
      void people.administer((admin) => updateGateway(admin, caller, gatewayId, { policyOverride, capacityOverride }));
      later(someTime(random, 15 * MINUTE_MS), () => {
        void people.administer((admin) => updateGateway(admin, caller, gatewayId, { policyOverride: null }));
      });
      return `an admin sets ${gatewayId} to ${policyOverride ?? 'what it is'}, capacity ${String(capacityOverride)}`;
    },
  },
  {
    name: 'add-ons-are-set',
    everyMs: 15 * MINUTE_MS,
    strike: ({ people, random }) => {
      const unattendedAddOns = random.pick(POOLS);
      void people.administer((admin) => changeSettings(admin, caller, { unattendedAddOns }));
      return `an admin sets the add-ons to ${String(unattendedAddOns)}`;
    },
  },
  {
    // Every cluster plans in the moment that the pool has slots again, so that commits find only a part of what they counted.
    name: 'add-ons-run-out',
    everyMs: 20 * MINUTE_MS,
    strike: ({ people, random, later }) => {
      const setPool = (unattendedAddOns: number) =>
        void people.administer((admin) => changeSettings(admin, caller, { unattendedAddOns }));
      const pool = random.pick(SCARCE_POOLS);
      setPool(0);
      later(random.between(MINUTE_MS, 5 * MINUTE_MS), () => setPool(pool));
      return `an admin takes all add-ons away, and gives ${String(pool)} later`;
    },
  },
];
