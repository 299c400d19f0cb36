import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { Add20Regular, CheckmarkCircle16Filled, Warning16Filled } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { clustersQuery, connectionsQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu, type MenuAction } from '../../ui/action-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { NewConnectionDialog } from './new-connection-dialog.tsx';
import { useConnectionActions } from './use-connection-actions.tsx';

/** Accounts that runs sign in with, and the cluster each belongs to. */
export function ConnectionsPage() {
  const search = useSearch({ from: '/signed-in/connections' });
  const navigate = useNavigate();
  const connections = useQuery(connectionsQuery);
  const clusters = useQuery(clustersQuery);
  const whyNot = useWhyNotAllowed('connection.use');
  const setNew = (open: boolean) => void navigate({ to: '/connections', search: open ? { new: 'yes' } : {} });
  return (
    <PageFrame
      title="Connections"
      actions={
        <ActionButton appearance="primary" icon={<Add20Regular />} disabledReason={whyNot} onClick={() => setNew(true)}>
          New connection
        </ActionButton>
      }
    >
      <QueryView query={connections}>{({ items }) => <ConnectionList connections={items} />}</QueryView>
      {search.new && !whyNot && clusters.data && (
        <NewConnectionDialog clusters={clusters.data.items} onClose={() => setNew(false)} />
      )}
    </PageFrame>
  );
}

function ConnectionList({ connections }: { readonly connections: readonly Connection[] }) {
  const actions = useConnectionActions();
  if (connections.length === 0)
    return (
      <Empty
        title="No connection yet"
        action={
          <Link to="/connections" search={{ new: 'yes' }}>
            Make a connection
          </Link>
        }
      >
        A connection is an account and the gateway cluster it signs in on. Its password is sealed in your browser; this
        server cannot open it.
      </Empty>
    );
  return (
    <>
      <DataTable
        label="Connections"
        columns={connectionColumns(actions.menu)}
        rows={connections}
        keyOf={(connection) => connection.id}
      />
      {actions.dialog}
    </>
  );
}

function connectionColumns(menu: (connection: Connection) => readonly MenuAction[]): readonly Column<Connection>[] {
  return [
    { key: 'name', header: 'Name', cell: (connection) => <span className="clip strong">{connection.name}</span> },
    {
      key: 'account',
      header: 'Account',
      cell: (connection) => <code className="clip">{connection.accountName}</code>,
    },
    {
      key: 'cluster',
      header: 'Gateway cluster',
      width: '130px',
      cell: (connection) => (
        <Link to="/gateway-clusters/$cluster/run-queue" params={{ cluster: connection.clusterId }} className="clip">
          {connection.clusterName}
        </Link>
      ),
    },
    {
      key: 'password',
      header: 'Password',
      width: '190px',
      cell: (connection) => <PasswordState connection={connection} />,
    },
    {
      key: 'blocked',
      header: 'Blocked session',
      width: '128px',
      secondary: true,
      cell: (connection) => (connection.whenSessionBlocked === 'wait' ? 'Waits' : 'Fails'),
    },
    {
      key: 'notifications',
      header: 'Notifications',
      width: '112px',
      secondary: true,
      cell: (connection) => (connection.notifications ? 'On' : 'Off'),
    },
    {
      key: 'owner',
      header: 'Owner',
      width: '104px',
      secondary: true,
      cell: (connection) => <span className="clip">{connection.owner?.name ?? '–'}</span>,
    },
    {
      key: 'shared',
      header: 'Shared with',
      width: '104px',
      secondary: true,
      cell: (connection) =>
        connection.sharedWith.length === 0 ? (
          <span className="faint">Nobody</span>
        ) : (
          formatCount(connection.sharedWith.length, 'person', 'people')
        ),
    },
    {
      key: 'menu',
      header: 'Actions',
      quiet: true,
      width: '48px',
      cell: (connection) => (
        <div className="cell-menu">
          <ActionMenu label={`Actions for ${connection.name}`} actions={menu(connection)} />
        </div>
      ),
    },
  ];
}

function PasswordState({ connection }: { readonly connection: Connection }) {
  if (!connection.hasPassword)
    return (
      <span className="state" data-tone="waiting">
        <Warning16Filled aria-hidden /> Missing
      </span>
    );
  return (
    <span className="state" data-tone="good" title={`Version ${connection.passwordVersion}`}>
      <CheckmarkCircle16Filled aria-hidden /> Sealed <Moment at={connection.rotatedAt} relative />
    </span>
  );
}
