import type { DeathLimits, ReplicaStore } from '../../ports/replicas.ts';
import type { LinkPorts } from '../link/link-ports.ts';

export const BEAT_INTERVAL_MS = 1_000;
export const deathLimits: DeathLimits = { goneAfterMs: 3_000, silentAfterMs: 10_000 };
/**
 * Beats in a row before this server judges others: after the database was away, or this server stood still, the others
 * have had time to be heard again.
 */
const STEADY_BEATS_MIN = 4;

export interface PresencePorts extends Pick<LinkPorts, 'replica' | 'changes' | 'wakeups'> {
  readonly replicas: ReplicaStore;
  /** Other than the usual ones, where servers say more seldom that they live. */
  readonly deathLimits?: DeathLimits;
}

/** Says that this server lives, and takes note of those that no longer do: their gateways are unreachable at once. */
export interface Presence {
  /** The links of this server that others took for dead end with their next heartbeat; each gateway links anew. */
  beat(): Promise<void>;
}

export function createPresence(ports: PresencePorts): Presence {
  let steadyBeats = 0;
  const say = async (): Promise<boolean> => {
    try {
      return await ports.replicas.beat(ports.replica);
    } catch (error) {
      steadyBeats = 0;
      throw error;
    }
  };
  return {
    beat: async () => {
      if (!(await say())) {
        steadyBeats = 0;
        await ports.replicas.join(ports.replica);
        return;
      }
      steadyBeats += 1;
      if (steadyBeats >= STEADY_BEATS_MIN) await noteDead(ports);
    },
  };
}

async function noteDead(ports: PresencePorts): Promise<void> {
  const { replicas, replica, changes, wakeups } = ports;
  for (const { links } of await replicas.forgetDead(replica, ports.deathLimits ?? deathLimits)) {
    for (const { gatewayId } of links) changes.publish({ kind: 'gateway', gatewayId });
    for (const clusterId of new Set(links.map((link) => link.clusterId))) {
      changes.publish({ kind: 'run-queue', clusterId });
      wakeups.wake(clusterId);
    }
  }
}
