import {
  declareGone,
  removeGateway,
  updateCluster,
  updateGateway,
} from '@deskhand/control-plane/use-cases/gateways/clusters.ts';
import { beginPreflight } from '@deskhand/control-plane/use-cases/connections/preflight.ts';
import { caller } from '../people/caller.ts';
import { drawFairness } from '../universe/draw-fairness.ts';
import { type FaultKind, MINUTE_MS, someTime } from './fault-kind.ts';
import { inSeconds } from './network-faults.ts';

const AT_ONCE_MAX = 6;
const CHECKS_LAST_MS = 8 * MINUTE_MS;

/** F8 and F13: what people do at the screen and at the portal, at the same instants as everything else. */
export const peopleFaults: readonly FaultKind[] = [
  {
    name: 'people-act-at-once',
    everyMs: 4 * MINUTE_MS,
    strike: ({ people, random }) => {
      const count = 2 + random.below(AT_ONCE_MAX);
      for (let index = 0; index < count; index += 1) people.actNow();
      return `${String(count)} people act at the same moment`;
    },
  },
  {
    name: 'people-act-at-an-acquire',
    everyMs: 6 * MINUTE_MS,
    strike: ({ universe, people }) => {
      universe.watch.onNext('starting', (runId) => people.actOn(runId));
      return 'somebody acts on the next run that is acquired, at that moment';
    },
  },
  {
    name: 'cancel-at-an-offer',
    everyMs: 8 * MINUTE_MS,
    strike: ({ universe, people }) => {
      universe.watch.onNext('offered', (runId) => people.actOn(runId, 'cancel'));
      return 'somebody cancels the next run that is offered, at that moment';
    },
  },
  {
    name: 'machine-is-declared-gone-at-a-cancel',
    everyMs: 30 * MINUTE_MS,
    strike: ({ universe, people }) => {
      universe.watch.onNext('starting', (runId) => people.actOn(runId, 'cancel'));
      universe.watch.onNext('cancelling', (runId) => {
        const gatewayId = universe.database.runs.get(runId)?.gatewayId;
        if (gatewayId) void people.administer((admin) => declareGone(admin, caller, gatewayId));
      });
      return 'an admin declares a machine gone as soon as a run there is being cancelled';
    },
  },
  {
    name: 'person-at-a-screen',
    everyMs: 5 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const machine = random.pick(universe.machines);
      const user = `user${String(1 + random.below(universe.shape.users))}`;
      const id = `person-${user}`;
      if (machine.power.isOver || machine.sessionOf(user) !== undefined) return undefined;
      const session = machine.addSession({ id, user, ours: null, runId: null, isReady: true });
      const forMs = someTime(random, 20 * MINUTE_MS);
      later(forMs / 3, () => {
        machine.changedAtMs = universe.world.timeline.nowMs;
        session.locked = random.chance(0.5);
        session.isActive = random.chance(0.7);
      });
      later(forMs, () => {
        if (machine.sessions.get(id) === session) machine.endSession(id, 'the person signed out');
      });
      return `${user} sits at ${machine.name} for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'person-holds-a-session',
    everyMs: 6 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      if (!universe.shape.asksPeople) return undefined;
      const machine = random.pick(universe.machines);
      const user = `user${String(1 + random.below(universe.shape.users))}`;
      // As login services name them: no name comes again before the machine starts anew.
      const id = `long-${user}-${String(Math.round(universe.world.timeline.nowMs))}`;
      if (machine.power.isOver || machine.sessionOf(user) !== undefined) return undefined;
      const session = machine.addSession({ id, user, ours: null, runId: null, isReady: true });
      session.locked = random.chance(0.3);
      const forMs = random.between(10 * MINUTE_MS, 50 * MINUTE_MS);
      later(forMs, () => {
        if (machine.sessions.get(id) === session) machine.endSession(id, 'the person signed out');
      });
      return `${user} holds a session on ${machine.name} for ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'password-is-changed',
    everyMs: 30 * MINUTE_MS,
    strike: ({ universe, random, later }) => {
      const user = `user${String(1 + random.below(universe.shape.users))}`;
      const version = universe.changePassword(user);
      const forMs = someTime(random, 5 * MINUTE_MS);
      later(forMs, () => universe.sealPassword(user, version));
      return `the password of ${user} is changed; the connections know it in ${inSeconds(forMs)}`;
    },
  },
  {
    name: 'connection-is-checked',
    everyMs: 25 * MINUTE_MS,
    strike: ({ universe, people, random, later }) => {
      const { id, clusterId, user } = random.pick(universe.connections);
      const version = random.chance(0.7) ? universe.changePassword(user) : undefined;
      if (version !== undefined) later(CHECKS_LAST_MS, () => universe.sealPassword(user, version));
      const check = (): void => void people.administer((admin) => beginPreflight(admin, caller, id));
      check();
      // Asked for again and again, over the time after which a member counts as one that does not answer.
      for (let times = 1; times <= 4; times += 1) later((times * CHECKS_LAST_MS) / 5, check);
      const asked = universe.gateways.find(({ gatewayId }) => universe.database.clusterOf(gatewayId) === clusterId);
      if (asked !== undefined && random.chance(0.5)) {
        later(random.between(1, 500), () => asked.crash());
        later(5_000, () => asked.start());
      }
      return `the account of ${id} is checked${version === undefined ? '' : ', with the password of before'}`;
    },
  },
  {
    name: 'gateway-is-disabled',
    everyMs: 20 * MINUTE_MS,
    strike: ({ universe, people, random, later }) => {
      const { gatewayId } = random.pick(universe.gateways);
      void people.administer((admin) => updateGateway(admin, caller, gatewayId, { enabled: false }));
      later(someTime(random, 10 * MINUTE_MS), () => {
        void people.administer((admin) => updateGateway(admin, caller, gatewayId, { enabled: true }));
      });
      return `an admin disables ${gatewayId} for a while`;
    },
  },
  {
    name: 'fairness-is-changed',
    everyMs: 12 * MINUTE_MS,
    share: 0.3,
    strike: ({ universe, people, random }) => {
      const clusters = [...universe.database.clusters.values()];
      const { id } = random.pick(clusters);
      const fairness = random.chance(0.3) ? null : drawFairness(random);
      void people.administer((admin) => updateCluster(admin, caller, id, { fairness }));
      return `the fairness of ${id} becomes ${JSON.stringify(fairness)}`;
    },
  },
  {
    name: 'gateway-is-in-maintenance',
    everyMs: 20 * MINUTE_MS,
    strike: ({ universe, people, random, later }) => {
      const { gatewayId } = random.pick(universe.gateways);
      void people.administer((admin) => updateGateway(admin, caller, gatewayId, { maintenance: { note: 'new disk' } }));
      later(someTime(random, 10 * MINUTE_MS), () => {
        void people.administer((admin) => updateGateway(admin, caller, gatewayId, { maintenance: null }));
      });
      return `an admin works on the machine of ${gatewayId} for a while`;
    },
  },
  {
    name: 'gateway-is-declared-gone',
    everyMs: 40 * MINUTE_MS,
    strike: ({ universe, people, random }) => {
      const { gatewayId } = random.pick(universe.gateways);
      void people.administer((admin) => declareGone(admin, caller, gatewayId));
      return `an admin declares the machine of ${gatewayId} gone`;
    },
  },
  {
    name: 'gateway-is-removed',
    everyMs: 60 * MINUTE_MS,
    strike: ({ universe, people, random, later }) => {
      const gateway = random.pick(universe.gateways.filter((one) => !one.isRetired));
      void people.administer((admin) => removeGateway(admin, caller, gateway.gatewayId, true));
      later(someTime(random, 5 * MINUTE_MS), () => universe.replaceGateway(gateway));
      return `an admin removes ${gateway.gatewayId}, and its machine is enrolled anew later`;
    },
  },
];
