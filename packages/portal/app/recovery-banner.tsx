import type { Recovery } from '@deskhand/protocol/http/recovery.ts';
import { Button } from '@fluentui/react-components';
import { Warning20Regular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { recoveryQuery } from '../api/queries.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { formatCount, formatDay } from '../ui/format.ts';
import { noticeDone, noticeRefused } from '../ui/notices.tsx';
import { useMe } from './me.tsx';

const NAMES_SHOWN_MAX = 12;

/** On every page while the server waits for what gateways started since the backup: nothing else explains the silence. */
export function RecoveryBanner() {
  const { data } = useQuery(recoveryQuery);
  const [asking, setAsking] = useState(false);
  const isAdmin = useMe().roles.includes('admin');
  if (!data?.recovering) return null;
  return (
    <>
      <section className="recovery-banner" aria-label="The server is recovering">
        <Warning20Regular aria-hidden />
        <p>
          {whatHappened(data)} The clusters of these gateways are offered nothing until each has reported what it
          started since: <strong>{namesOf(data)}</strong>.{namedRuns(data)}
        </p>
        {isAdmin && <Button onClick={() => setAsking(true)}>Go on without them…</Button>}
      </section>
      {asking && <AcceptDialog recovery={data} onClose={() => setAsking(false)} />}
    </>
  );
}

function AcceptDialog({ recovery, onClose }: { readonly recovery: Recovery; readonly onClose: () => void }) {
  const cache = useQueryClient();
  const accept = async () => {
    onClose();
    try {
      const gatewayIds = recovery.awaited.map((one) => one.gatewayId);
      cache.setQueryData(recoveryQuery.queryKey, await api.acceptRecoveryRisk({ body: { gatewayIds } }));
      noticeDone('Runs are offered again.');
    } catch (error) {
      noticeRefused('The server goes on waiting.', error);
    }
  };
  return (
    <ConfirmDialog
      title="Go on without these gateways?"
      confirmLabel="Go on without them"
      onConfirm={() => void accept()}
      onClose={onClose}
    >
      <p>
        Runs that {namesOf(recovery)} started since the backup may start a second time. Do this only for machines that
        will not come back.
      </p>
    </ConfirmDialog>
  );
}

function whatHappened({ because, backupTakenAt, shownBy }: Recovery): string {
  if (because === 'restored')
    return `The server was restored from a backup of ${backupTakenAt === null ? 'an unknown time' : formatDay(backupTakenAt)}.`;
  return `The database was set back: the gateway ${shownBy ?? ''} has seen more than it holds.`;
}

function namesOf({ awaited }: Recovery): string {
  const names = awaited
    .slice(0, NAMES_SHOWN_MAX)
    .map(({ name, clusterName, status }) => `${name} (${clusterName}, ${status})`);
  const more = awaited.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const namedRuns = ({ journalOnlyRuns }: Recovery): string =>
  journalOnlyRuns > 0
    ? ` The command "deskhand recovery runs" names ${formatCount(journalOnlyRuns, 'run')} submitted since the backup.`
    : '';
