import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useMe, useWhyNotAllowed } from '../../app/me.tsx';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { PreflightDialog } from './preflight-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

interface Asking {
  readonly what: 'rotate' | 'share' | 'delete' | 'preflight';
  readonly connection: Connection;
}

/** What the owner of a connection can do with it. */
export function useConnectionActions() {
  const me = useMe();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const [asking, setAsking] = useState<Asking | null>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: ['connections'] });

  const update = async (
    connection: Connection,
    body: Partial<Pick<Connection, 'whenSessionBlocked' | 'notifications'>>,
    done: string,
  ) => {
    try {
      await api.updateConnection({ params: { id: connection.id }, body });
      const before = { whenSessionBlocked: connection.whenSessionBlocked, notifications: connection.notifications };
      noticeDone(done, () => void update(connection, before, `Changed ${connection.name} back.`));
      await refresh();
    } catch (error) {
      noticeRefused(`${connection.name} was not changed.`, error);
    }
  };

  const remove = async (connection: Connection) => {
    try {
      await api.deleteConnection({ params: { id: connection.id } });
      noticeDone(`Deleted ${connection.name}.`);
      await refresh();
    } catch (error) {
      noticeRefused(`${connection.name} was not deleted.`, error);
    }
  };

  const menu = (connection: Connection): readonly MenuAction[] => {
    const owns = connection.owner?.id === me.id || me.roles.includes('admin');
    const disabledReason = owns ? null : `Only ${connection.owner?.name ?? 'its owner'} or an admin may change it.`;
    const waits = connection.whenSessionBlocked === 'wait';
    return [
      {
        label: 'Run with it…',
        onSelect: () => void navigate({ to: '/runs/new', search: { connection: connection.id } }),
        disabledReason: whyNotSubmit,
      },
      {
        label: 'Check on every gateway…',
        onSelect: () => setAsking({ what: 'preflight', connection }),
        disabledReason: null,
      },
      {
        label: connection.hasPassword ? 'Rotate password…' : 'Set password…',
        onSelect: () => setAsking({ what: 'rotate', connection }),
        disabledReason,
        divided: true,
      },
      { label: 'Share connection…', onSelect: () => setAsking({ what: 'share', connection }), disabledReason },
      {
        label: waits ? 'Fail when a session blocks' : 'Wait when a session blocks',
        onSelect: () =>
          void update(
            connection,
            { whenSessionBlocked: waits ? 'fail' : 'wait' },
            `Runs of ${connection.name} ${waits ? 'fail' : 'wait'} when a session blocks them.`,
          ),
        disabledReason,
      },
      {
        label: connection.notifications ? 'Switch notifications off' : 'Switch notifications on',
        onSelect: () =>
          void update(
            connection,
            { notifications: !connection.notifications },
            `Notifications of ${connection.name} are ${connection.notifications ? 'off' : 'on'}.`,
          ),
        disabledReason,
      },
      {
        label: 'Delete connection…',
        onSelect: () => setAsking({ what: 'delete', connection }),
        disabledReason,
        divided: true,
      },
    ];
  };

  const close = () => setAsking(null);
  const dialog = asking && (
    <Dialogs
      asking={asking}
      whyNotCheck={whyNotSubmit}
      onClose={close}
      onDelete={(connection) => void remove(connection)}
    />
  );
  return { menu, dialog };
}

interface DialogsProps {
  readonly asking: Asking;
  readonly whyNotCheck: string | null;
  readonly onClose: () => void;
  readonly onDelete: (connection: Connection) => void;
}

function Dialogs({ asking, whyNotCheck, onClose, onDelete }: DialogsProps) {
  const { connection } = asking;
  switch (asking.what) {
    case 'rotate':
      return <RotateDialog connection={connection} onClose={onClose} />;
    case 'preflight':
      return <PreflightDialog connection={connection} whyNotCheck={whyNotCheck} onClose={onClose} />;
    case 'share':
      return <ShareDialog connection={connection} onClose={onClose} />;
    case 'delete':
      return (
        <ConfirmDialog
          title={`Delete ${connection.name}?`}
          confirmLabel="Delete connection"
          onClose={onClose}
          onConfirm={() => onDelete(connection)}
        >
          <p>Its sealed password is deleted too. This cannot be undone.</p>
        </ConfirmDialog>
      );
  }
}
