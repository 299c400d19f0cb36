import type { InstallationStore, SettingsRecord } from '../../ports/accounts.ts';
import { auditBy, type Caller, done, type Outcome } from '../../ports/outcome.ts';
import type { RunQueueStore } from '../../ports/run-queue.ts';
import { lookAnew, type LookAnewPorts } from '../run-queue/look-anew.ts';

export interface ChangeSettingsPorts extends LookAnewPorts {
  readonly installation: Pick<InstallationStore, 'changeSettings'>;
  readonly queue: Pick<RunQueueStore, 'clustersWithWaitingRuns'>;
}

export type SettingsChange = Parameters<InstallationStore['changeSettings']>[0];

/** All clusters share the pool of add-ons (S54), so with another size of it every run that waits is looked at again. */
export async function changeSettings(
  ports: ChangeSettingsPorts,
  caller: Caller,
  asked: SettingsChange,
): Promise<Outcome<SettingsRecord>> {
  // Domains are compared in lower case, as e-mails are.
  const allowedDomains = asked.allowedDomains?.map((domain) => domain.toLowerCase());
  const change = { ...asked, ...(allowedDomains ? { allowedDomains } : {}) };
  const settings = await ports.installation.changeSettings(change, auditBy(caller, 'update', 'settings', change));
  ports.changes.publish({ kind: 'changed', what: 'settings', id: 'settings' });
  if (change.unattendedAddOns !== undefined)
    for (const clusterId of await ports.queue.clustersWithWaitingRuns()) lookAnew(ports, clusterId);
  return done(settings);
}
