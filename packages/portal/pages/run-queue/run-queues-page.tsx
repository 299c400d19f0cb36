import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clustersQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';

const columns: readonly Column<GatewayCluster>[] = [
  {
    key: 'name',
    header: 'Gateway cluster',
    cell: (cluster) => (
      <Link to="/gateway-clusters/$cluster/run-queue" params={{ cluster: cluster.id }} className="clip">
        {cluster.name}
      </Link>
    ),
  },
  { key: 'waiting', header: 'Waiting', width: '120px', numeric: true, cell: (cluster) => cluster.waiting },
  { key: 'running', header: 'Running', width: '120px', numeric: true, cell: (cluster) => cluster.running },
  {
    key: 'online',
    header: 'Online',
    width: '140px',
    numeric: true,
    cell: (cluster) => (
      <span {...(cluster.online < cluster.members ? { className: 'state', 'data-tone': 'bad' } : {})}>
        {cluster.online} of {cluster.members}
      </span>
    ),
  },
];

/** One run queue for each gateway cluster. */
export function RunQueuesPage() {
  const clusters = useQuery(clustersQuery);
  return (
    <PageFrame title="Run queues" below="Each gateway cluster has one run queue, shared by everybody.">
      <QueryView query={clusters}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No gateway cluster yet" action={<Link to="/gateways/enrol">Enrol a machine</Link>}>
              A run queue belongs to a cluster of gateways.
            </Empty>
          ) : (
            <DataTable label="Run queues" columns={columns} rows={items} keyOf={(cluster) => cluster.id} />
          )
        }
      </QueryView>
    </PageFrame>
  );
}
