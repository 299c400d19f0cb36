import type { Recovery as WireRecovery, recoveryRoutes } from '@deskhand/protocol/http/recovery.ts';
import { done } from '../../ports/outcome.ts';
import type { Recovery } from '../../ports/recovery.ts';
import { acceptRisk, journalOnlyRuns, type RecoveryPorts } from '../../use-cases/system/recovery.ts';
import { type HandlersOf, isoOrNull } from './handlers.ts';

export function recoveryHandlers(ports: RecoveryPorts): HandlersOf<typeof recoveryRoutes> {
  return {
    getRecovery: async () => done(recoveryToWire(await ports.recovery.read())),
    listJournalOnlyRuns: async ({ caller, query }) => {
      const answer = await journalOnlyRuns(ports, caller, query);
      if (!answer.ok) return answer;
      const { runs, nextCursor } = answer.value;
      return done({ items: runs.map((run) => ({ ...run, startedAt: isoOrNull(run.startedAt) })), nextCursor });
    },
    acceptRecoveryRisk: async ({ caller, body }) =>
      done(recoveryToWire(await acceptRisk(ports, caller, body.gatewayIds))),
  };
}

function recoveryToWire({ cause, awaited, journalOnlyRuns: runs }: Recovery): WireRecovery {
  return {
    recovering: awaited.length > 0,
    since: isoOrNull(cause?.since ?? null),
    because: cause?.because ?? null,
    backupTakenAt: cause?.backupTakenAt ?? null,
    shownBy: cause?.shownBy ?? null,
    awaited: awaited.map(({ isOnline, lastSeenAt, ...gateway }) => ({
      ...gateway,
      status: isOnline ? 'online' : 'offline',
      lastSeenAt: isoOrNull(lastSeenAt),
    })),
    journalOnlyRuns: runs,
  };
}
