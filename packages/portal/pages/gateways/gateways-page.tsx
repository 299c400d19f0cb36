import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { gatewayHelp } from '@deskhand/protocol/help-links.ts';
import { Add20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { clustersQuery, gatewaysQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { formatCount } from '../../ui/format.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { ClusterSettings } from './cluster-settings.tsx';
import { GatewayNote, gatewayColumns, hasNote } from './gateway-columns.tsx';
import { useGatewayActions } from './use-gateway-actions.tsx';

/** Machines by cluster: who is online, what each can take, and what keeps one from taking more. */
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
      <p className="small">
        <HelpLink to={gatewayHelp.install}>Install a gateway</HelpLink> ·{' '}
        <HelpLink to={gatewayHelp.use}>Use it</HelpLink> ·{' '}
        <HelpLink to={gatewayHelp.troubleshoot}>Troubleshoot</HelpLink>
      </p>
      <QueryView query={clusters} skeletonRows={10}>
        {(list) => (
          <QueryView query={gateways} skeletonRows={10}>
            {({ items }) => <Clusters clusters={list.items} gateways={items} />}
          </QueryView>
        )}
      </QueryView>
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
  return clusters.map((cluster) => (
    <Cluster
      key={cluster.id}
      cluster={cluster}
      members={gateways
        .filter((gateway) => gateway.clusterId === cluster.id)
        .toSorted((one, other) => one.order - other.order)}
    />
  ));
}

function Cluster({ cluster, members }: { readonly cluster: GatewayCluster; readonly members: readonly Gateway[] }) {
  const actions = useGatewayActions();
  return (
    <section className="cluster-block" aria-label={`Gateway cluster ${cluster.name}`}>
      <div className="cluster-head">
        <div className="row">
          <h2>{cluster.name}</h2>
          <span className="faint">
            {cluster.online} of {formatCount(cluster.members, 'gateway')} online
          </span>
          <Link to="/gateway-clusters/$cluster/run-queue" params={{ cluster: cluster.id }}>
            Run queue: {cluster.running} running, {cluster.waiting} waiting
          </Link>
        </div>
        <ClusterSettings cluster={cluster} />
      </div>
      {members.length === 0 ? (
        <Empty
          title={`${cluster.name} has no gateway`}
          action={
            <Link to="/gateways/enrol" search={{ cluster: cluster.id }}>
              Enrol a machine
            </Link>
          }
        />
      ) : (
        <DataTable
          label={`Gateways of ${cluster.name}`}
          columns={gatewayColumns({ menu: actions.menu, onEnable: actions.setEnabled, whyNot: actions.whyNot })}
          rows={members}
          keyOf={(gateway) => gateway.id}
          note={(gateway) => (hasNote(gateway) ? <GatewayNote gateway={gateway} /> : null)}
        />
      )}
      {actions.dialog}
    </section>
  );
}
