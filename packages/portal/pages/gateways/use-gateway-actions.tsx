import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api, isProblem, problemOf } from '../../api/client.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { DoctorDialog } from './doctor-dialog.tsx';
import { GatewayDialog } from './gateway-dialog.tsx';
import { MaintenanceDialog } from './maintenance-dialog.tsx';
import { fixOfReason, type GatewayActs } from './reason-fix.ts';
import { sickActions } from './sick-actions.ts';

type Asking =
  | { readonly what: 'remove'; readonly gateway: Gateway; readonly unfinished: string | null }
  | { readonly what: 'gone'; readonly gateway: Gateway }
  | { readonly what: 'edit' | 'maintenance' | 'check'; readonly gateway: Gateway };

export function useGatewayActions() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const whyNot = useWhyNotAllowed('gateway.admin');
  const whyNotAsk = useWhyNotAllowed('run.submit');
  const [asking, setAsking] = useState<Asking | null>(null);

  const refresh = () =>
    Promise.all(
      ['gateways', 'gateway-clusters', 'gateway-history', 'run-queue'].map((key) =>
        cache.invalidateQueries({ queryKey: [key] }),
      ),
    );

  const sick = sickActions(whyNot, refresh);

  const setEnabled = async (gateway: Gateway, enabled: boolean) => {
    try {
      await api.updateGateway({ params: { id: gateway.id }, body: { enabled } });
      noticeDone(
        `${gateway.name} takes ${enabled ? 'runs again' : 'no new runs; what runs there goes on'}.`,
        () => void setEnabled(gateway, !enabled),
      );
      await refresh();
    } catch (error) {
      noticeRefused(`${gateway.name} was not changed.`, error);
    }
  };

  const endMaintenance = async (gateway: Gateway) => {
    try {
      await api.updateGateway({ params: { id: gateway.id }, body: { maintenance: null } });
      noticeDone(`${gateway.name} is no longer in maintenance.`);
      await refresh();
    } catch (error) {
      noticeRefused(`${gateway.name} was not changed.`, error);
    }
  };

  const remove = async (gateway: Gateway, confirmed: boolean) => {
    try {
      await api.removeGateway({ params: { id: gateway.id }, query: confirmed ? { confirm: 'yes' } : {} });
      noticeDone(`Removed ${gateway.name}.`);
      await refresh();
    } catch (error) {
      if (isProblem(error, 'gateway-has-unfinished-runs') && !confirmed)
        setAsking({ what: 'remove', gateway, unfinished: problemOf(error).title });
      else noticeRefused(`${gateway.name} was not removed.`, error);
    }
  };

  const declareGone = async (gateway: Gateway) => {
    try {
      const { uncertain } = await api.declareGone({ params: { id: gateway.id } });
      noticeDone(`${gateway.name} was declared gone; ${uncertain} of its runs are now uncertain.`);
      await refresh();
    } catch (error) {
      noticeRefused(`${gateway.name} was not changed.`, error);
    }
  };

  const restart = async (gateway: Gateway) => {
    try {
      await api.restartGateway({ params: { id: gateway.id } });
      noticeDone(`${gateway.name} starts anew. What runs there goes on.`);
    } catch (error) {
      noticeRefused(`${gateway.name} was not restarted.`, error);
    }
  };

  const menu = (gateway: Gateway): readonly MenuAction[] => [
    {
      label: 'Show its runs',
      onSelect: () => void navigate({ to: '/runs', search: { gateway: gateway.id } }),
    },
    {
      label: 'Check this machine…',
      onSelect: () => setAsking({ what: 'check', gateway }),
    },
    {
      label: 'Restart gateway',
      onSelect: () => void restart(gateway),
      disabledReason: whyNot ?? (gateway.status === 'offline' ? 'This gateway is offline.' : null),
    },
    {
      label: 'Change name, policy, capacity and order…',
      onSelect: () => setAsking({ what: 'edit', gateway }),
      disabledReason: whyNot,
    },
    {
      label: gateway.enabled ? 'Disable gateway' : 'Enable gateway',
      onSelect: () => void setEnabled(gateway, !gateway.enabled),
      disabledReason: whyNot,
    },
    {
      label: gateway.maintenance ? 'End maintenance' : 'Begin maintenance…',
      onSelect: () =>
        gateway.maintenance ? void endMaintenance(gateway) : setAsking({ what: 'maintenance', gateway }),
      disabledReason: whyNot,
    },
    ...sick.menu(gateway),
    {
      label: 'Declare machine gone…',
      onSelect: () => setAsking({ what: 'gone', gateway }),
      disabledReason: whyNot ?? (gateway.status === 'online' ? 'This gateway is online.' : null),
      divided: true,
    },
    {
      label: 'Remove gateway…',
      onSelect: () => setAsking({ what: 'remove', gateway, unfinished: null }),
      disabledReason: whyNot,
    },
  ];

  const close = () => setAsking(null);
  const dialog = asking && (
    <Dialogs
      asking={asking}
      onClose={close}
      onRemove={(gateway, confirmed) => void remove(gateway, confirmed)}
      onGone={(gateway) => void declareGone(gateway)}
      onSaved={() => void refresh()}
      whyNotAsk={whyNotAsk}
    />
  );
  const acts: GatewayActs = {
    whyNot,
    enable: (gateway) => void setEnabled(gateway, true),
    endMaintenance: (gateway) => void endMaintenance(gateway),
    putBack: sick.putBack,
    edit: (gateway) => setAsking({ what: 'edit', gateway }),
    check: (gateway) => setAsking({ what: 'check', gateway }),
  };
  return {
    whyNot,
    menu,
    fixOf: (reason: Parameters<typeof fixOfReason>[0], gateway: Gateway) => fixOfReason(reason, gateway, acts),
    setEnabled: (gateway: Gateway, enabled: boolean) => void setEnabled(gateway, enabled),
    dialog,
  };
}

interface DialogsProps {
  readonly asking: Asking;
  readonly onClose: () => void;
  readonly onRemove: (gateway: Gateway, confirmed: boolean) => void;
  readonly onGone: (gateway: Gateway) => void;
  readonly onSaved: () => void;
  readonly whyNotAsk: string | null;
}

function Dialogs({ asking, onClose, onRemove, onGone, onSaved, whyNotAsk }: DialogsProps): ReactNode {
  const { gateway } = asking;
  switch (asking.what) {
    case 'edit':
      return <GatewayDialog gateway={gateway} onClose={onClose} onSaved={onSaved} />;
    case 'maintenance':
      return <MaintenanceDialog gateway={gateway} onClose={onClose} onSaved={onSaved} />;
    case 'check':
      return <DoctorDialog gateway={gateway} whyNotAsk={whyNotAsk} onClose={onClose} />;
    case 'gone':
      return (
        <ConfirmDialog
          title={`Declare ${gateway.name} gone?`}
          confirmLabel="Declare machine gone"
          onClose={onClose}
          onConfirm={() => onGone(gateway)}
        >
          <p>
            Its unfinished runs become uncertain now, and can be resubmitted. Do this only when the machine will not
            come back.
          </p>
        </ConfirmDialog>
      );
    case 'remove':
      return (
        <ConfirmDialog
          key={String(asking.unfinished)}
          title={`Remove ${gateway.name}?`}
          confirmLabel={asking.unfinished ? 'Remove gateway and give up its runs' : 'Remove gateway'}
          onClose={onClose}
          onConfirm={() => onRemove(gateway, asking.unfinished !== null)}
        >
          {asking.unfinished && <p className="strong">{asking.unfinished}</p>}
          <p>The machine loses its identity and must be enrolled again to take runs.</p>
        </ConfirmDialog>
      );
  }
}
