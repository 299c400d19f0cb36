import { UNATTENDED_ADD_ONS } from '@deskhand/domain/session/texts.ts';
import type { Settings } from '@deskhand/protocol/http/system.ts';
import { Field, Input } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { settingsQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { ProblemView, QueryView } from '../../ui/states.tsx';

export function ServerSection() {
  const settings = useQuery(settingsQuery);
  return (
    <QueryView query={settings}>{(data) => <SettingsForm key={JSON.stringify(data)} settings={data} />}</QueryView>
  );
}

const BYTES_PER_MB = 1_000_000;

function SettingsForm({ settings }: { readonly settings: Settings }) {
  const cache = useQueryClient();
  const whyNot = useWhyNotAllowed('settings.admin');
  const [domains, setDomains] = useState(settings.allowedDomains.join(', '));
  const [days, setDays] = useState(String(settings.runRetentionDays));
  const [decisionDays, setDecisionDays] = useState(String(settings.decisionRetentionDays));
  const [logs, setLogs] = useState(String(Math.round(settings.logBytesMax / BYTES_PER_MB)));
  const [shots, setShots] = useState(String(Math.round(settings.screenshotBytesMax / BYTES_PER_MB)));
  const [addOns, setAddOns] = useState(settings.unattendedAddOns === null ? '' : String(settings.unattendedAddOns));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || whyNot) return;
    setBusy(true);
    setRefusal(null);
    try {
      const saved = await api.updateSettings({
        body: {
          allowedDomains: domains
            .split(',')
            .map((domain) => domain.trim())
            .filter(Boolean),
          runRetentionDays: Number(days),
          decisionRetentionDays: Number(decisionDays),
          logBytesMax: Number(logs) * BYTES_PER_MB,
          screenshotBytesMax: Number(shots) * BYTES_PER_MB,
          unattendedAddOns: addOns === '' ? null : Number(addOns),
        },
      });
      cache.setQueryData(['settings'], saved);
      noticeDone('Saved the settings.');
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  return (
    <form className="card form" onSubmit={(event) => void save(event)}>
      <Field label="Allowed mail domains" hint="Accounts must belong to one of these. Separated by commas.">
        <Input value={domains} onChange={(_event, { value }) => setDomains(value)} />
      </Field>
      <div className="pair">
        <Field label="Keep finished runs for (days)">
          <Input type="number" min={1} max={3650} value={days} onChange={(_event, { value }) => setDays(value)} />
        </Field>
        <Field label="Keep planning decisions for (days)" hint="They answer why one run went before another. 0: none.">
          <Input
            type="number"
            min={0}
            max={3650}
            value={decisionDays}
            onChange={(_event, { value }) => setDecisionDays(value)}
          />
        </Field>
      </div>
      <div className="pair">
        <Field label="Action logs, at most (MB)" hint="The oldest go first.">
          <Input type="number" min={1} value={logs} onChange={(_event, { value }) => setLogs(value)} />
        </Field>
        <Field label="Screenshots, at most (MB)" hint="The oldest go first.">
          <Input type="number" min={1} value={shots} onChange={(_event, { value }) => setShots(value)} />
        </Field>
      </div>
      <Field label={UNATTENDED_ADD_ONS} hint="Each running unattended run holds one. Empty: unlimited.">
        <Input type="number" min={0} value={addOns} onChange={(_event, { value }) => setAddOns(value)} />
      </Field>
      {refusal !== null && <ProblemView error={refusal} />}
      <div>
        <ActionButton type="submit" appearance="primary" busy={busy} disabledReason={whyNot}>
          Save settings
        </ActionButton>
      </div>
    </form>
  );
}
