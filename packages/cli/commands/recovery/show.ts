import type { Recovery } from '@deskhand/protocol/http/recovery.ts';
import type { Command } from '../../command.ts';

export const show: Command = {
  name: 'recovery show',
  summary: 'After a restore: whose journals are missing, and what was submitted since the backup.',
  examples: ['deskhand recovery show', 'deskhand recovery show --json'],
  exitCodes: [0, 4, 7],
  run: async (call) => {
    const api = await call.api();
    call.output.one(await api.getRecovery(), textOf);
    return 0;
  },
};

export function textOf(recovery: Recovery): string {
  const { because, since, backupTakenAt, shownBy, awaited, journalOnlyRuns } = recovery;
  if (because === null) return 'This database was never set back.';
  const what =
    because === 'restored'
      ? `A backup of ${backupTakenAt ?? 'an unknown time'} was restored`
      : 'The database was set back';
  return [
    `${what}, known since ${since ?? 'an unknown time'}${shownBy ? ` by gateway ${shownBy}` : ''}.`,
    awaited.length === 0
      ? 'Every journal has been reported or its risk accepted: runs are offered again.'
      : 'Their clusters are offered nothing until these gateways have reported what they started since:',
    ...awaited.map(({ name, clusterName, status }) => `  ${name} (${clusterName}, ${status})`),
    `Runs submitted since the backup, from the journals: ${journalOnlyRuns}${journalOnlyRuns > 0 ? ' (deskhand recovery runs)' : ''}`,
  ].join('\n');
}
