import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { gatewayHelp } from '@deskhand/protocol/help-links.ts';
import { Add20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { clustersQuery, gatewaysQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { membersInOrder, troublesOf } from './cluster-troubles.ts';
import { HealthBadge } from './health-badge.tsx';

/** Every gateway cluster in a row: who is online, what runs and waits, and what is wrong; each has a page of its own. */
export function GatewaysPage() {
  const navigate = useNavigate();
  const clusters = useQuery(clustersQuery);
  const gateways = useQuery(gatewaysQuery);
  const whyNotAdmin = useWhyNotAllowed('gateway.admin');
  return (
    <PageFrame
      title="Gateways"
      actions={
        <ActionButton
          appearance="primary"
          icon={<Add20Regular />}
          disabledReason={whyNotAdmin}
          onClick={() => void navigate({ to: '/gateways/enrol', search: {} })}
        >
          Enrol a machine
        </ActionButton>
      }
    >
      <QueryView query={clusters}>
        {(list) => (
          <QueryView query={gateways}>{({ items }) => <Clusters clusters={list.items} gateways={items} />}</QueryView>
        )}
      </QueryView>
      <p className="small help-line">
        <HelpLink to={gatewayHelp.install}>Install a gateway</HelpLink> ·{' '}
        <HelpLink to={gatewayHelp.use}>Use it</HelpLink> ·{' '}
        <HelpLink to={gatewayHelp.troubleshoot}>Troubleshoot</HelpLink>
      </p>
    </PageFrame>
  );
}

interface ClustersProps {
  readonly clusters: readonly GatewayCluster[];
  readonly gateways: readonly Gateway[];
}

function Clusters({ clusters, gateways }: ClustersProps) {
  if (clusters.length === 0)
    return (
      <Empty title="No machine yet" action={<Link to="/gateways/enrol">Enrol a machine</Link>}>
        A gateway is the Deskhand program on a machine. Enrol one, and runs can sign in there.
      </Empty>
    );
  return (
    <DataTable
      label="Gateway clusters"
      columns={clusterColumns(gateways)}
      rows={clusters}
      keyOf={(cluster) => cluster.id}
    />
  );
}

const clusterColumns = (gateways: readonly Gateway[]): readonly Column<GatewayCluster>[] => [
  {
    key: 'name',
    header: 'Gateway cluster',
    width: '28%',
    cell: (cluster) => (
      <Link to="/gateway-clusters/$cluster" params={{ cluster: cluster.id }} className="clip strong">
        {cluster.name}
      </Link>
    ),
  },
  {
    key: 'online',
    header: 'Online',
    width: '96px',
    numeric: true,
    cell: ({ online, members }) => (
      <span {...(online < members ? { className: 'state', 'data-tone': 'bad' } : {})}>
        {online} of {members}
      </span>
    ),
  },
  { key: 'running', header: 'Running', width: '88px', numeric: true, cell: (cluster) => cluster.running },
  {
    key: 'waiting',
    header: 'Waiting',
    width: '88px',
    numeric: true,
    cell: (cluster) => (
      <Link
        to="/gateway-clusters/$cluster/run-queue"
        params={{ cluster: cluster.id }}
        aria-label={`Run queue of ${cluster.name}: ${cluster.waiting} waiting`}
      >
        {cluster.waiting}
      </Link>
    ),
  },
  {
    key: 'wrong',
    header: 'What is wrong',
    cell: (cluster) => <Troubles members={membersInOrder(gateways, cluster.id)} />,
  },
];

function Troubles({ members }: { readonly members: readonly Gateway[] }) {
  const troubles = troublesOf(members);
  if (troubles.length === 0) return <span className="faint">All well</span>;
  return (
    <span className="troubles">
      {troubles.map(({ word, names }) => (
        <span key={word} className="row tight">
          {word === 'No gateway' ? (
            <span className="state" data-tone="bad">
              No gateway
            </span>
          ) : (
            <HealthBadge word={word} />
          )}
          <span>{names.join(', ')}</span>
        </span>
      ))}
    </span>
  );
}
