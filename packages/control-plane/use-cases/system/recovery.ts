import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import { auditBy, type Caller } from '../../ports/outcome.ts';
import type { JournalOnlyRun, Recovery, RecoveryStore } from '../../ports/recovery.ts';
import { lookAnew } from '../run-queue/look-anew.ts';

const RUNS_SHOWN_DEFAULT = 200;

export interface RecoveryPorts {
  readonly recovery: RecoveryStore;
  readonly changes: Pick<ChangeFeed, 'publish'>;
  readonly wake: (clusterId: string) => void;
}

/** An admin goes on without the journals of machines that will not come back; who did it stands in the audit log. */
export async function acceptRisk(
  ports: RecoveryPorts,
  caller: Caller,
  gatewayIds: readonly string[],
): Promise<Recovery> {
  const audit = auditBy(caller, 'accept-recovery-risk', 'installation', { gatewayIds });
  for (const clusterId of await ports.recovery.acceptRisk(gatewayIds, audit)) lookAnew(ports, clusterId);
  ports.changes.publish({ kind: 'changed', what: 'settings', id: 'settings' });
  return await ports.recovery.read();
}

/** Whoever sees every run sees all of them; others see what was submitted in their own name. */
export async function journalOnlyRuns(
  { recovery }: RecoveryPorts,
  caller: Caller,
  limit = RUNS_SHOWN_DEFAULT,
): Promise<readonly JournalOnlyRun[]> {
  const requestedBy = seesEverything(caller.roles) ? null : caller.email;
  return await recovery.journalOnlyRuns({ requestedBy, limit });
}
