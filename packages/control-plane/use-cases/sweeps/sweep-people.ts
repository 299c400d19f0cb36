import { lookAtPeople, type NegotiationPorts } from '../negotiation/look.ts';

/** Clusters that one sweep looks at. */
const CLUSTERS_PER_SWEEP_MAX = 500;

/** Asks people whose sessions are in the way, and keeps what they were promised, whichever server began it. */
export async function sweepPeople(ports: NegotiationPorts): Promise<void> {
  for (const clusterId of await ports.questions.clusters(CLUSTERS_PER_SWEEP_MAX)) await lookAtPeople(ports, clusterId);
}
