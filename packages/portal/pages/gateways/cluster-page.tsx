import { gatewayHelp } from '@deskhand/protocol/help-links.ts';
import type { Gateway, GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { UNATTENDED_ADD_ONS } from '@deskhand/domain/session/texts.ts';
import { Add20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { clustersQuery, gatewaysQuery, runQueueQuery } from '../../api/queries.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu } from '../../ui/action-menu.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { HelpLink } from '../../ui/help-link.tsx';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { ClusterRuns } from './cluster-runs.tsx';
import { ClusterSettings } from './cluster-settings.tsx';
import { membersInOrder } from './cluster-troubles.ts';
import { GatewayHistory } from './gateway-history.tsx';
import { FairnessSettings } from './fairness-settings.tsx';
import { GatewayNote, gatewayColumns, hasNote } from './gateway-columns.tsx';
import { useClusterActions } from './use-cluster-actions.tsx';
import { useGatewayActions } from './use-gateway-actions.tsx';

/** S46: one gateway cluster with its machines, how runs are given to them, and what runs and waits there. */
export function ClusterPage() {
  const { cluster: id } = useParams({ from: '/signed-in/gateway-clusters/$cluster' });
  const clusters = useQuery(clustersQuery);
  const gateways = useQuery(gatewaysQuery);
  const cluster = clusters.data?.items.find((item) => item.id === id);
  if (cluster !== undefined)
    return <ClusterFrame key={id} cluster={cluster} members={membersInOrder(gateways.data?.items ?? [], id)} />;
  return (
    <PageFrame title="Gateway cluster" above={<Link to="/gateways">Gateways</Link>}>
      <QueryView query={clusters} skeletonRows={10}>
        {() => (
          <Empty title="There is no such gateway cluster" action={<Link to="/gateways">All gateways</Link>}>
            It was deleted, or the address is not complete.
          </Empty>
        )}
      </QueryView>
    </PageFrame>
  );
}

interface ClusterProps {
  readonly cluster: GatewayCluster;
  readonly members: readonly Gateway[];
}

function ClusterFrame({ cluster, members }: ClusterProps) {
  const navigate = useNavigate();
  const actions = useClusterActions(cluster);
  return (
    <PageFrame
      title={cluster.name}
      above={
        <>
          <Link to="/gateways">Gateways</Link>
          <span>›</span>
          <span>{cluster.name}</span>
        </>
      }
      below={<Standing cluster={cluster} members={members} />}
      actions={
        <>
          <CopyButton text={`deskhand gateway-clusters show ${cluster.id}`} label="Copy as CLI" />
          <Link to="/capacity" search={{ cluster: cluster.id }}>
            Plan capacity
          </Link>
          <ActionButton
            appearance="primary"
            icon={<Add20Regular />}
            disabledReason={actions.whyNot}
            onClick={() => void navigate({ to: '/gateways/enrol', search: { cluster: cluster.id } })}
          >
            Enrol a machine
          </ActionButton>
          <ActionMenu label={`Actions for ${cluster.name}`} actions={actions.menu} />
        </>
      }
    >
      <Members cluster={cluster} members={members} />
      <ClusterSettings cluster={cluster} members={members} />
      <FairnessSettings cluster={cluster} />
      <ClusterRuns cluster={cluster} />
      <GatewayHistory clusterId={cluster.id} name={cluster.name} />
      <p className="small help-line">
        <HelpLink to={gatewayHelp.use}>Use gateways</HelpLink> ·{' '}
        <HelpLink to={gatewayHelp.troubleshoot}>Troubleshoot</HelpLink>
      </p>
      {actions.dialog}
    </PageFrame>
  );
}

/** Who is there and how much is taken, in a line. */
function Standing({ cluster, members }: ClusterProps) {
  const queue = useQuery(runQueueQuery(cluster.id));
  const policies = [...new Set(members.flatMap(({ machine }) => (machine ? [machine.policy] : [])))];
  const slots = queue.data?.slots;
  const addOns = queue.data?.addOns;
  return (
    <>
      {cluster.online} of {formatCount(cluster.members, 'gateway')} online
      {policies.length > 0 && ` · session policy ${policies.join(', ')}`}
      {slots && ` · ${slots.inUse} of ${formatCount(slots.all, 'slot')} busy`}
      {queue.data && (
        <>
          {' · '}
          {UNATTENDED_ADD_ONS}: {addOns ? <AddOns {...addOns} /> : 'unlimited'}
        </>
      )}
    </>
  );
}

function AddOns({ inUse, all }: { readonly inUse: number; readonly all: number }) {
  return (
    <Link
      to="/settings"
      search={{ section: 'server' }}
      title="All clusters share them"
      {...(inUse >= all ? { className: 'state', 'data-tone': 'waiting' } : {})}
    >
      {inUse} of {all} in use
    </Link>
  );
}

function Members({ cluster, members }: ClusterProps) {
  const actions = useGatewayActions();
  return (
    <Section title="Gateways">
      {members.length === 0 ? (
        <Empty
          title={`${cluster.name} has no gateway`}
          action={
            <Link to="/gateways/enrol" search={{ cluster: cluster.id }}>
              Enrol a machine
            </Link>
          }
        >
          Runs of this cluster wait until it has one.
        </Empty>
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
    </Section>
  );
}
