import type { ChangeFeed } from '../../ports/changes.ts';

export interface LookAnewPorts {
  readonly changes: Pick<ChangeFeed, 'publish'>;
  /** Wakes the planner of a cluster. */
  readonly wake: (clusterId: string) => void;
}

/** The planner looks at the waiting runs again, and pages ask again in which order and for what they wait. */
export function lookAnew({ wake, changes }: LookAnewPorts, clusterId: string): void {
  wake(clusterId);
  changes.publish({ kind: 'run-queue', clusterId });
}
