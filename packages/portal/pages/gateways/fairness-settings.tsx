import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { Button } from '@fluentui/react-components';
import { useState } from 'react';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { FairnessFields } from './fairness-fields.tsx';
import { useChangeCluster } from './use-change-cluster.ts';

/** The fairness of a cluster; what a choice does is said before it is saved. */
export function FairnessSettings({ cluster }: { readonly cluster: GatewayCluster }) {
  const update = useChangeCluster(cluster);
  const whyNot = useWhyNotAllowed('gateway.admin');
  const [draft, setDraft] = useState<Fairness | null>(null);
  const [busy, setBusy] = useState(false);
  const fairness = draft ?? cluster.fairness;
  const save = async () => {
    setBusy(true);
    const body = { fairness: { ...fairness, lanes: [...fairness.lanes] } };
    if (await update(body, `Changed the fairness of ${cluster.name}.`)) setDraft(null);
    setBusy(false);
  };
  return (
    <Section title="Fairness">
      <div className="card cluster-settings">
        {whyNot && <p className="small faint">{whyNot}</p>}
        <FairnessFields fairness={fairness} isDisabled={whyNot !== null} onChange={setDraft} />
        {draft !== null && (
          <div className="row">
            <ActionButton appearance="primary" busy={busy} onClick={() => void save()}>
              Save fairness
            </ActionButton>
            <Button onClick={() => setDraft(null)}>Keep as it was</Button>
          </div>
        )}
      </div>
    </Section>
  );
}
