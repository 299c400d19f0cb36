import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { GatewayCheck } from '@deskhand/protocol/http/doctor.ts';
import { healthHelp } from '@deskhand/protocol/help-links.ts';
import { Spinner } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { gatewayCheckQuery } from '../../api/queries.ts';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { MachineReport } from '../../ui/machine-report.tsx';
import { Moment } from '../../ui/time.tsx';
import { useSending } from '../../ui/use-sending.ts';

interface DoctorDialogProps {
  readonly gateway: Gateway;
  readonly whyNotAsk: string | null;
  readonly onClose: () => void;
}

/** Has the gateway look at its machine, and shows what it finds; an offline one is looked at by a person. */
export function DoctorDialog({ gateway, whyNotAsk, onClose }: DoctorDialogProps) {
  const cache = useQueryClient();
  const { refusal, send } = useSending();
  const { data: check } = useQuery(gatewayCheckQuery(gateway.id));
  const ask = async (): Promise<void> => {
    cache.setQueryData(gatewayCheckQuery(gateway.id).queryKey, await api.askDoctor({ params: { id: gateway.id } }));
  };
  useEffect(() => {
    if (whyNotAsk === null) void send(ask);
    // Asked once, when the dialog opens.
  }, [gateway.id]);
  return (
    <AskDialog
      title={`Machine of ${gateway.name}`}
      askLabel="Check again"
      whyNotAsk={whyNotAsk}
      isUnderWay={check?.state === 'asked'}
      refusal={refusal}
      onAsk={() => void send(ask)}
      onClose={onClose}
    >
      {check && <CheckView gateway={gateway} check={check} />}
    </AskDialog>
  );
}

function CheckView({ gateway, check }: { readonly gateway: Gateway; readonly check: GatewayCheck }) {
  return (
    <div className="stack">
      {check.state === 'asked' && <Spinner size="small" label={`${gateway.name} looks at its machine`} />}
      {check.state === 'never-asked' && <p>Nobody has had this machine checked yet.</p>}
      <Advice gateway={gateway} check={check} />
      {check.report && (
        <>
          <p className="small faint">
            Checked <Moment at={check.answeredAt} relative /> · gateway {check.report.version}
          </p>
          <MachineReport report={check.report} />
        </>
      )}
    </div>
  );
}

/** S59: power and network come before everything that only the machine could tell. */
function Advice({ gateway, check: { state, advice } }: { readonly gateway: Gateway; readonly check: GatewayCheck }) {
  if (advice.length === 0) return null;
  const head =
    state === 'offline' ? `${gateway.name} is offline. Look, in this order:` : `${gateway.name} gave no report.`;
  return (
    <div>
      <strong>{head}</strong>
      <ol className="ways">
        {advice.map(({ name, what, fix }) => (
          <li key={name}>
            {what} {fix}
          </li>
        ))}
      </ol>
      <HelpLink to={healthHelp.Offline}>Learn more</HelpLink>
    </div>
  );
}
