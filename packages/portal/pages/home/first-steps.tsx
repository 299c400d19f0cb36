import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { Button } from '@fluentui/react-components';
import { Checkmark16Filled, Play20Filled } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../../api/client.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { noticeRefused } from '../../ui/notices.tsx';
import { Section } from '../../ui/page-frame.tsx';

type Steps = ReplyOf<Routes['getHome']>['firstSteps'];

/** Until done: the three things that make a new installation a working one. */
export function FirstSteps({ steps }: { readonly steps: Steps }) {
  const navigate = useNavigate();
  const whyNotMake = useWhyNotAllowed('flow.create');
  const whyNotEnrol = useWhyNotAllowed('gateway.admin');
  return (
    <div style={{ marginBottom: 24 }}>
      <Section title="First steps">
        <ol className="steps">
          <Step number={1} done={steps.ranExample} title="Run Hello desktop">
            <p>A ready example: it opens a desktop session, works in it and shows you the log and a screenshot.</p>
            <RunHelloDesktop again={steps.ranExample} />
          </Step>
          <Step number={2} done={steps.hasOwnFlow} title="Bring your own flow">
            <p>
              Copy a desktop flow in Power Automate for desktop and paste it here. It is checked before it is saved.
            </p>
            <div>
              <ActionButton
                disabledReason={whyNotMake}
                onClick={() => void navigate({ to: '/desktop-flows', search: { new: 'yes' } })}
              >
                Paste a script
              </ActionButton>
            </div>
          </Step>
          <Step number={3} done={steps.hasSignInGateway} title="Enrol a machine">
            <p>One line in a terminal of the machine. Then runs sign in there with accounts of your own.</p>
            <div>
              <ActionButton
                disabledReason={whyNotEnrol}
                onClick={() => void navigate({ to: '/gateways/enrol', search: {} })}
              >
                Enrol a machine
              </ActionButton>
            </div>
          </Step>
        </ol>
      </Section>
    </div>
  );
}

interface StepProps {
  readonly number: number;
  readonly done: boolean;
  readonly title: string;
  readonly children: ReactNode;
}

function Step({ number, done, title, children }: StepProps) {
  return (
    <li data-done={done}>
      <div className="row">
        <span className="step-number">{done ? <Checkmark16Filled aria-label="Done" /> : number}</span>
        <h3>{title}</h3>
      </div>
      {children}
    </li>
  );
}

function RunHelloDesktop({ again }: { readonly again: boolean }) {
  const navigate = useNavigate();
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const { runId } = await api.runHelloDesktop();
      await navigate({ to: '/runs/$run', params: { run: runId }, search: {} });
    } catch (error) {
      noticeRefused('The example was not submitted.', error);
      setBusy(false);
    }
  };
  if (again)
    return (
      <div>
        <Button onClick={() => void run()} disabled={busy}>
          Run it again
        </Button>
      </div>
    );
  return (
    <div>
      <ActionButton
        appearance="primary"
        icon={<Play20Filled />}
        busy={busy}
        disabledReason={whyNotSubmit}
        onClick={() => void run()}
      >
        Run Hello desktop
      </ActionButton>
    </div>
  );
}
