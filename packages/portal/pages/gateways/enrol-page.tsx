import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { Button, Field, Input, Select } from '@fluentui/react-components';
import { CheckmarkCircle20Filled, Clock20Regular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { clustersQuery, gatewaysQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { ProblemView, QueryView } from '../../ui/states.tsx';
import { useNow } from '../../ui/time.tsx';

interface Token {
  readonly token: string;
  readonly expiresAt: string;
  readonly command: string;
  readonly clusterId: string;
  readonly madeAtMs: number;
}

/** Three steps: which cluster, one line to paste, and what the machine says of itself as it arrives. */
export function EnrolPage() {
  const clusters = useQuery(clustersQuery);
  const [token, setToken] = useState<Token | null>(null);
  return (
    <PageFrame title="Enrol a machine" above={<Link to="/gateways">Gateways</Link>}>
      <QueryView query={clusters} skeletonRows={4}>
        {({ items }) => (
          <div className="stack" style={{ maxWidth: 760 }}>
            <ClusterStep clusters={items} token={token} onToken={setToken} />
            {token && <CommandStep token={token} />}
            {token && <KeyWays cluster={items.find(({ id }) => id === token.clusterId)} />}
            {token && <ArrivalStep token={token} />}
          </div>
        )}
      </QueryView>
    </PageFrame>
  );
}

const NEW_CLUSTER = 'new';

interface ClusterStepProps {
  readonly clusters: readonly GatewayCluster[];
  readonly token: Token | null;
  readonly onToken: (token: Token) => void;
}

function ClusterStep({ clusters, token, onToken }: ClusterStepProps) {
  const { cluster: wanted } = useSearch({ from: '/signed-in/gateways/enrol' });
  const navigate = useNavigate();
  const cache = useQueryClient();
  const whyNotAdmin = useWhyNotAllowed('gateway.admin');
  const chosen = wanted ?? clusters[0]?.id ?? NEW_CLUSTER;
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const make = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const clusterId = chosen === NEW_CLUSTER ? (await api.createCluster({ body: { name: name.trim() } })).id : chosen;
      const made = await api.createEnrolmentToken({ params: { id: clusterId } });
      onToken({ ...made, clusterId, madeAtMs: Date.now() });
      if (chosen === NEW_CLUSTER) {
        await cache.invalidateQueries({ queryKey: ['gateway-clusters'] });
        await navigate({ to: '/gateways/enrol', search: { cluster: clusterId }, replace: true });
      }
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  const choose = (value: string) => void navigate({ to: '/gateways/enrol', search: { cluster: value }, replace: true });
  return (
    <Section title="1. Choose a gateway cluster">
      <div className="card form wide">
        <Field label="Gateway cluster" hint="Gateways of one cluster share one run queue.">
          <Select value={chosen} onChange={(_event, { value }) => choose(value)}>
            {clusters.map((cluster) => (
              <option key={cluster.id} value={cluster.id}>
                {cluster.name}
              </option>
            ))}
            <option value={NEW_CLUSTER}>A new cluster</option>
          </Select>
        </Field>
        {chosen === NEW_CLUSTER && (
          <Field label="Name of the new cluster" required>
            <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
          </Field>
        )}
        {refusal !== null && <ProblemView error={refusal} />}
        <div>
          <ActionButton
            appearance={token ? 'secondary' : 'primary'}
            busy={busy}
            disabledReason={
              whyNotAdmin ?? (chosen === NEW_CLUSTER && name.trim() === '' ? 'Give the cluster a name.' : null)
            }
            onClick={() => void make()}
          >
            {token ? 'Make another token' : 'Make enrolment token'}
          </ActionButton>
        </div>
      </div>
    </Section>
  );
}

function CommandStep({ token }: { readonly token: Token }) {
  const now = useNow();
  const left = Date.parse(token.expiresAt) - now;
  return (
    <Section
      title="2. Paste one line on the machine"
      aside={
        <span className="state num" data-tone={left > 0 ? 'quiet' : 'bad'}>
          <Clock20Regular aria-hidden />
          {left > 0 ? `Good for ${formatDuration(left)}, once` : 'This token has expired. Make another one.'}
        </span>
      }
    >
      <div className="one-line">
        <code>{token.command}</code>
        <CopyButton text={token.command} label="Copy line" appearance="secondary" />
      </div>
      <p style={{ margin: '8px 0' }}>It asks for the one-time token:</p>
      <div className="one-line">
        <code>{token.token}</code>
        <CopyButton text={token.token} label="Copy token" appearance="secondary" />
      </div>
      <p className="small faint" style={{ marginTop: 8 }}>
        Then start it: <code>deskhand gateway run</code>. As root it signs accounts in with sessions of their own;
        without root it runs in virtual sessions of the account that starts it.
      </p>
    </Section>
  );
}

/** Passwords are sealed to a key that the server does not have: a further machine gets it from a member or an admin. */
function KeyWays({ cluster }: { readonly cluster: GatewayCluster | undefined }) {
  if (!cluster?.keyFingerprint) return null;
  return (
    <Section title={`The key of ${cluster.name}`}>
      <div className="card stack tight">
        <p>
          A machine that signs accounts in needs the key that opens the passwords of this cluster. This server does not
          have it, so there are two ways:
        </p>
        <ul className="ways">
          <li>
            <strong>By a code.</strong> On a machine that is a member, run <code>deskhand gateway confirm-join</code>{' '}
            and type the code that the new machine shows.
          </li>
          <li>
            <strong>With the recovery key.</strong> Add <code>--recovery-key-stdin</code> to the line; it then asks for
            the key too.
          </li>
        </ul>
        <p className="small faint">
          Either way the new machine shows the fingerprint <code>{cluster.keyFingerprint}</code> at the end.
        </p>
      </div>
    </Section>
  );
}

const IMPATIENCE_MS = 60_000;

function ArrivalStep({ token }: { readonly token: Token }) {
  const now = useNow();
  const gateways = useQuery({ ...gatewaysQuery, refetchInterval: 5_000 });
  const arrived = (gateways.data?.items ?? []).filter(
    (gateway) => gateway.clusterId === token.clusterId && Date.parse(gateway.enrolledAt) >= token.madeAtMs - 1_000,
  );
  return (
    <Section title="3. The machine reports">
      {arrived.length === 0 ? (
        <div className="card">
          <p role="status">Waiting for the machine: {formatDuration(now - token.madeAtMs)}.</p>
          {now - token.madeAtMs > IMPATIENCE_MS && (
            <p className="faint">
              Nothing has connected for 60 s. Check that the line ran without an error, that the machine reaches{' '}
              {location.origin}, and that its clock is right.
            </p>
          )}
        </div>
      ) : (
        arrived.map((gateway) => <Arrived key={gateway.id} gateway={gateway} />)
      )}
    </Section>
  );
}

function Arrived({ gateway }: { readonly gateway: Gateway }) {
  const navigate = useNavigate();
  const { machine } = gateway;
  const checks: readonly (readonly [boolean, string])[] = [
    [true, `Enrolled as ${gateway.name}, version ${gateway.version}`],
    [gateway.status === 'online', gateway.status === 'online' ? 'Linked to this server' : 'Not linked yet'],
    [machine !== null, machine ? machine.operatingSystem : 'Has not described its machine yet'],
    [
      Boolean(machine?.canUnattended),
      machine?.canUnattended ? 'Can sign in for unattended runs' : 'Cannot run unattended yet',
    ],
    [
      Boolean(machine?.canAttended),
      machine?.canAttended ? 'Can join open sessions for attended runs' : 'Cannot run attended yet',
    ],
  ];
  return (
    <div className="card stack tight">
      {checks.map(([ok, text]) => (
        <span key={text} className="state" data-tone={ok ? 'good' : 'waiting'}>
          {ok ? <CheckmarkCircle20Filled aria-label="Yes" /> : <Clock20Regular aria-label="Not yet" />}
          {text}
        </span>
      ))}
      {machine?.missing.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <div className="row" style={{ marginTop: 8 }}>
        <Button appearance="primary" onClick={() => void navigate({ to: '/connections', search: { new: 'yes' } })}>
          Make a connection
        </Button>
        <Link to="/gateways">Open gateways</Link>
      </div>
    </div>
  );
}
