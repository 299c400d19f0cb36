import type { ChangeFeed } from '../../ports/changes.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';

export interface SettingsChangedPorts {
  readonly queue: Pick<RunQueueStore, 'clustersWithWaitingRuns'>;
  readonly changes: Pick<ChangeFeed, 'publish'>;
  readonly wake: (clusterId: string) => void;
}

/** All clusters share the pool of add-ons (S54), so with another size of it every run that waits is looked at again. */
export async function settingsChanged(
  { queue, changes, wake }: SettingsChangedPorts,
  what: { readonly addOns: boolean },
): Promise<void> {
  changes.publish({ kind: 'changed', what: 'settings', id: 'settings' });
  if (!what.addOns) return;
  for (const clusterId of await queue.clustersWithWaitingRuns()) {
    wake(clusterId);
    changes.publish({ kind: 'run-queue', clusterId });
  }
}
