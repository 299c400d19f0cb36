import { Button, Field, Input, Textarea } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Modal } from '../../ui/dialog.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { useSending } from '../../ui/use-sending.ts';
import { ProblemsList, ProblemsSummary } from './problems-list.tsx';
import { useScriptCheck } from './use-script-check.ts';

const ScriptEditor = lazy(() => import('../../ui/robin/script-editor.tsx'));

/** A name and a script; what the checker says is shown before anything is saved. */
export function NewFlowDialog({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [script, setScript] = useState('');
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const { busy, refusal, send } = useSending();
  const { diagnostics, checking } = useScriptCheck(script);
  const create = async () => {
    const flow = await api.createFlow({ body: { name: name.trim(), description, script } });
    await cache.invalidateQueries({ queryKey: ['desktop-flows'] });
    await navigate({ to: '/desktop-flows/$flow', params: { flow: flow.id }, search: {} });
  };
  return (
    <Modal
      wide
      title="New desktop flow"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Discard</Button>
          <ActionButton
            appearance="primary"
            busy={busy}
            disabledReason={whyNotCreate(name, script)}
            onClick={() => void send(create)}
          >
            Save desktop flow
          </ActionButton>
        </>
      }
    >
      <div
        className="pair"
        style={{ display: 'grid', gap: 12, gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))' }}
      >
        <Field label="Name" required>
          <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
        </Field>
        <Field label="Description">
          <Input value={description} maxLength={2000} onChange={(_event, { value }) => setDescription(value)} />
        </Field>
      </div>
      <div className="row">
        <span className="strong grow">Script</span>
        {script.trim() !== '' && <ProblemsSummary diagnostics={diagnostics} checking={checking} />}
      </div>
      <div className="editor-frame compact">
        <Suspense
          fallback={
            <Textarea
              aria-label="Script"
              style={{ width: '100%', height: 280 }}
              value={script}
              onChange={(_event, { value }) => setScript(value)}
            />
          }
        >
          <ScriptEditor label="Script" script={script} onChange={setScript} diagnostics={diagnostics} goTo={goTo} />
        </Suspense>
      </div>
      <p className="small faint">
        In Power Automate for desktop: select all actions, copy, and paste here. Errors do not keep you from saving;
        they keep the flow from running.
      </p>
      <ProblemsList diagnostics={diagnostics} onGoTo={(line) => setGoTo({ line })} />
      {refusal !== null && <ProblemView error={refusal} />}
    </Modal>
  );
}

function whyNotCreate(name: string, script: string): string | null {
  if (name.trim() === '') return 'Give the flow a name.';
  if (script.trim() === '') return 'Paste a script.';
  return null;
}
