import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Field, Input, Radio, RadioGroup, Select } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useMemo, useState } from 'react';
import { clustersQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { secretsOf, type Typed, typedFrom } from '../../forms/input-values.ts';
import { InputsFields } from '../../forms/inputs-fields.tsx';
import { writeDuration } from '../../forms/read-duration.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatCount } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page-frame.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { quoteForShell } from '../runs/run-filters.ts';
import { DryRunPane } from './dry-run-pane.tsx';
import { type RunOrder, sendRun } from './send-run.ts';

interface SubmitFormProps {
  readonly flow: DesktopFlow;
  readonly connections: readonly Connection[];
  readonly again: Run | undefined;
  readonly preferred: string | undefined;
}

const EXECUTION_TIMEOUT_DEFAULT = '3h';

export function SubmitForm({ flow, connections, again, preferred }: SubmitFormProps) {
  const navigate = useNavigate();
  const clusters = useQuery(clustersQuery);
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const [order, setOrder] = useState<RunOrder>(() => firstOrder(connections, again, preferred));
  const [typed, setTyped] = useState<Typed>(() => typedFrom(flow.inputs, again?.inputs ?? {}));
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  // One key for one form: pressing twice, or again after a lost answer, makes one run.
  const idempotencyKey = useMemo(() => crypto.randomUUID(), []);
  const connection = connections.find((item) => item.id === order.connectionId);
  const cluster = clusters.data?.items.find((item) => item.id === connection?.clusterId);
  const submit = async () => {
    setBusy(true);
    setRefusal(null);
    const answer = await sendRun({ flow, order, typed, again, connection, cluster, idempotencyKey });
    setBusy(false);
    if (answer.kind === 'sent') await navigate({ to: '/runs/$run', params: { run: answer.runId }, search: {} });
    else if (answer.kind === 'invalid') setProblems(answer.problems);
    else setRefusal(answer.error);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !whyNotSubmit) void submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSubmit(event);
  };
  const set = (change: Partial<RunOrder>) => setOrder({ ...order, ...change });
  return (
    <div className="two-panes">
      <form className="form" onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
        <InputsFields
          parameters={flow.inputs}
          typed={typed}
          problems={problems}
          kept={secretsOf(again?.inputs ?? {})}
          onChange={(name, value) => setTyped({ ...typed, [name]: value })}
        />
        {again && again.flow.version !== flow.version && (
          <VersionField current={flow.version} original={again.flow.version} value={order.version} onChange={set} />
        )}
        {!again && <OrderFields order={order} problems={problems} connections={connections} onChange={set} />}
        {refusal !== null && <ProblemView error={refusal} />}
        {whyNotFlow(flow) !== null && <BrokenFlow flow={flow} />}
        <div className="row">
          <ActionButton
            type="submit"
            appearance="primary"
            busy={busy}
            disabledReason={whyNotSubmit ?? whyNotFlow(flow)}
          >
            {again ? 'Resubmit run' : 'Submit run'}
          </ActionButton>
          <span className="faint small">Ctrl+Enter</span>
          <div className="grow" />
          {!again && <CopyButton text={commandOf(flow, order, connection)} label="Copy as CLI" />}
        </div>
      </form>
      {connection && (
        <aside className="card" aria-label="Where it will run">
          {!again && flow.problems === 0 && !whyNotSubmit && (
            <DryRunPane flow={flow} order={order} typed={typed} connection={connection} cluster={cluster} />
          )}
          <Section title="Where it will run">
            <Facts
              facts={[
                [
                  'Flow',
                  `${flow.name}, version ${again && order.version === 'original' ? again.flow.version : flow.version}`,
                ],
                ['Signs in as', connection.accountName],
                ['Gateway cluster', connection.clusterName],
                ...(cluster
                  ? ([
                      ['Gateways online', `${cluster.online} of ${cluster.members}`],
                      ['Running now', formatCount(cluster.running, 'run')],
                      ['Waiting before it', formatCount(cluster.waiting, 'run')],
                    ] as const)
                  : []),
                ['When a session blocks', connection.whenSessionBlocked === 'wait' ? 'It waits' : 'It fails'],
              ]}
            />
          </Section>
        </aside>
      )}
    </div>
  );
}

interface OrderFieldsProps {
  readonly order: RunOrder;
  readonly problems: Readonly<Record<string, string>>;
  readonly connections: readonly Connection[];
  readonly onChange: (change: Partial<RunOrder>) => void;
}

function OrderFields({ order, problems, connections, onChange }: OrderFieldsProps) {
  return (
    <>
      <Field label="Connection" required hint="The account it signs in with, and the gateway cluster it runs on.">
        <Select value={order.connectionId} onChange={(_event, { value }) => onChange({ connectionId: value })}>
          {connections.map((connection) => (
            <option key={connection.id} value={connection.id}>
              {connection.name} · {connection.accountName} on {connection.clusterName}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        label="Run mode"
        hint={
          order.mode === 'attended'
            ? 'In the open session of the account, with the person watching.'
            : 'Signs in by itself, runs, and signs out.'
        }
      >
        <RadioGroup
          layout="horizontal"
          value={order.mode}
          onChange={(_event, { value }) => onChange({ mode: value === 'attended' ? 'attended' : 'unattended' })}
        >
          <Radio value="unattended" label="Unattended" />
          <Radio value="attended" label="Attended" />
        </RadioGroup>
      </Field>
      <Field label="Priority">
        <RadioGroup
          layout="horizontal"
          value={order.priority}
          onChange={(_event, { value }) => onChange({ priority: value === 'high' ? 'high' : 'normal' })}
        >
          <Radio value="normal" label="Normal" />
          <Radio value="high" label="High" />
        </RadioGroup>
      </Field>
      <div className="pair">
        <DurationField
          label="Start within"
          hint="Empty: as the cluster sets it"
          value={order.startWithin}
          problem={problems.startWithin}
          onChange={(startWithin) => onChange({ startWithin })}
        />
        <DurationField
          label="Execution timeout"
          hint="At most 24h"
          value={order.timeout}
          problem={problems.timeout}
          onChange={(timeout) => onChange({ timeout })}
        />
      </div>
    </>
  );
}

interface VersionFieldProps {
  readonly current: number;
  readonly original: number;
  readonly value: RunOrder['version'];
  readonly onChange: (change: Partial<RunOrder>) => void;
}

function VersionField({ current, original, value, onChange }: VersionFieldProps) {
  return (
    <Field label="Version of the flow" hint="The current one, when what failed was corrected in the flow.">
      <RadioGroup
        layout="horizontal"
        value={value}
        onChange={(_event, picked) => onChange({ version: picked.value === 'original' ? 'original' : 'current' })}
      >
        <Radio value="current" label={`Current, version ${current}`} />
        <Radio value="original" label={`Original, version ${original}`} />
      </RadioGroup>
    </Field>
  );
}

interface DurationFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

function DurationField({ label, hint, value, problem, onChange }: DurationFieldProps) {
  return (
    <Field
      label={label}
      hint={hint}
      {...(problem ? { validationState: 'error' as const, validationMessage: problem } : {})}
    >
      <Input value={value} placeholder="3h" onChange={(_event, data) => onChange(data.value)} />
    </Field>
  );
}

function firstOrder(
  connections: readonly Connection[],
  again: Run | undefined,
  preferred: string | undefined,
): RunOrder {
  const wanted = again?.connection.id ?? preferred;
  const connection = connections.find((item) => item.id === wanted) ?? connections[0];
  return {
    connectionId: connection?.id ?? '',
    mode: again?.mode ?? 'unattended',
    priority: again?.priority ?? 'normal',
    startWithin: '',
    timeout: again ? writeDuration(again.executionTimeoutMs) : EXECUTION_TIMEOUT_DEFAULT,
    version: 'current',
  };
}

/** Said beside the button too: without it nothing on the page tells why it cannot be pressed. */
function BrokenFlow({ flow }: { readonly flow: DesktopFlow }) {
  return (
    <p>
      <span className="state sentence" data-tone="bad">
        {whyNotFlow(flow)}
      </span>{' '}
      <Link to="/desktop-flows/$flow/edit" params={{ flow: flow.id }} search={{}}>
        Edit script
      </Link>
    </p>
  );
}

function whyNotFlow(flow: DesktopFlow): string | null {
  if (flow.problems === 0) return null;
  return `Version ${flow.version} has ${formatCount(flow.problems, 'error')}. Correct the script first.`;
}

function commandOf(flow: DesktopFlow, order: RunOrder, connection: Connection | undefined): string {
  const parts = [`deskhand runs submit ${quoteForShell(flow.name)}`];
  if (connection) parts.push(`--connection ${quoteForShell(connection.name)}`);
  parts.push(`--mode ${order.mode}`);
  if (order.priority === 'high') parts.push('--priority high');
  if (order.startWithin) parts.push(`--start-deadline ${quoteForShell(order.startWithin)}`);
  if (order.timeout) parts.push(`--timeout ${quoteForShell(order.timeout)}`);
  return parts.join(' ');
}
