import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { recoveryRoutes } from '@deskhand/protocol/http/recovery.ts';
import type { QueryOf } from '@deskhand/protocol/http/route.ts';
import type { ChangeFeed } from '../../ports/changes.ts';
import { auditBy, type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { JournalOnlyPlace, JournalOnlyRun, Recovery, RecoveryStore } from '../../ports/recovery.ts';
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
  { cursor, limit = RUNS_SHOWN_DEFAULT }: QueryOf<typeof recoveryRoutes.listJournalOnlyRuns>,
): Promise<Outcome<{ readonly runs: readonly JournalOnlyRun[]; readonly nextCursor: string | null }>> {
  const after = cursor === undefined ? null : placeOf(cursor);
  if (after === undefined) return refuse('invalid-request', { detail: 'the cursor is not one of ours' });
  const requestedBy = seesEverything(caller.roles) ? null : caller.email;
  // One more than asked for tells whether there is a next page.
  const found = await recovery.journalOnlyRuns({ requestedBy, after, limit: limit + 1 });
  const runs = found.slice(0, limit);
  const last = runs.at(-1);
  return done({ runs, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null });
}

function cursorOf({ startedAt, attempt, runId, gatewayId }: JournalOnlyRun): string {
  return `${startedAt?.getTime() ?? ''}.${attempt}.${runId}.${gatewayId}`;
}

function placeOf(cursor: string): JournalOnlyPlace | undefined {
  const found = /^(\d{0,16})\.(\d{1,9})\.([\w-]{1,64})\.([\w-]{1,64})$/.exec(cursor);
  if (!found) return undefined;
  const [, started = '', attempt, runId = '', gatewayId = ''] = found;
  return { startedAtMs: started === '' ? null : Number(started), attempt: Number(attempt), runId, gatewayId };
}
