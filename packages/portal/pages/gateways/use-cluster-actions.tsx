import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { RenameDialog } from './rename-dialog.tsx';

/** What an admin does with a whole cluster. */
export function useClusterActions(cluster: GatewayCluster) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const whyNot = useWhyNotAllowed('gateway.admin');
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null);
  const refresh = () =>
    Promise.all(
      ['gateways', 'gateway-clusters', 'run-queue'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
    );

  const rename = async (name: string): Promise<void> => {
    await api.updateCluster({ params: { id: cluster.id }, body: { name } });
    noticeDone(`${cluster.name} is now called ${name}.`);
    await refresh();
  };

  const remove = async (): Promise<void> => {
    try {
      await api.deleteCluster({ params: { id: cluster.id } });
      noticeDone(`Deleted ${cluster.name}.`);
      await navigate({ to: '/gateways' });
      await refresh();
    } catch (error) {
      noticeRefused(`${cluster.name} was not deleted.`, error);
    }
  };

  const menu: readonly MenuAction[] = [
    { label: 'Rename cluster…', onSelect: () => setAsking('rename'), disabledReason: whyNot },
    {
      label: 'Delete cluster…',
      onSelect: () => setAsking('delete'),
      disabledReason: whyNot ?? (cluster.members > 0 ? 'It has gateways; remove them first.' : null),
      divided: true,
    },
  ];

  const close = () => setAsking(null);
  const dialog =
    asking === 'rename' ? (
      <RenameDialog name={cluster.name} onRename={rename} onClose={close} />
    ) : asking === 'delete' ? (
      <ConfirmDialog
        title={`Delete ${cluster.name}?`}
        confirmLabel="Delete cluster"
        onClose={close}
        onConfirm={() => void remove()}
      >
        <p>Its run queue and its settings go with it.</p>
      </ConfirmDialog>
    ) : null;
  return { whyNot, menu, dialog };
}
