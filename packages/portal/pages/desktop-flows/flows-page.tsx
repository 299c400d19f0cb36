import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { Input } from '@fluentui/react-components';
import { Add20Regular, Search16Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { flowsQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu } from '../../ui/action-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { ResultDots } from '../../ui/run-state-badge.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

// The editor is the heaviest part of the portal; it is fetched when somebody wants to write.
const NewFlowDialog = lazy(() => import('./new-flow-dialog.tsx').then((module) => ({ default: module.NewFlowDialog })));

export function FlowsPage() {
  const search = useSearch({ from: '/signed-in/desktop-flows' });
  const navigate = useNavigate();
  const flows = useQuery(flowsQuery);
  const whyNotMake = useWhyNotAllowed('flow.create');
  const setNew = (open: boolean) =>
    void navigate({
      to: '/desktop-flows',
      search: { ...(search.search ? { search: search.search } : {}), ...(open ? { new: 'yes' } : {}) },
    });
  return (
    <PageFrame
      title="Desktop flows"
      actions={
        <ActionButton
          appearance="primary"
          icon={<Add20Regular />}
          disabledReason={whyNotMake}
          onClick={() => setNew(true)}
        >
          New desktop flow
        </ActionButton>
      }
    >
      <QueryView query={flows} skeletonRows={10}>
        {({ items }) => <FlowList flows={items} search={search.search ?? ''} />}
      </QueryView>
      {search.new && !whyNotMake && (
        <Suspense fallback={null}>
          <NewFlowDialog onClose={() => setNew(false)} />
        </Suspense>
      )}
    </PageFrame>
  );
}

function FlowList({ flows, search }: { readonly flows: readonly DesktopFlow[]; readonly search: string }) {
  const navigate = useNavigate();
  if (flows.length === 0)
    return (
      <Empty
        title="No desktop flow yet"
        action={
          <Link to="/desktop-flows" search={{ new: 'yes' }}>
            Paste a script
          </Link>
        }
      >
        Copy a flow in Power Automate for desktop, all its actions at once, and paste it here. Or run the ready example
        from the home page.
      </Empty>
    );
  const words = search.toLowerCase();
  const shown = flows.filter((flow) =>
    `${flow.name} ${flow.description} ${flow.owner.name}`.toLowerCase().includes(words),
  );
  const setSearch = (value: string) =>
    void navigate({ to: '/desktop-flows', search: value ? { search: value } : {}, replace: true });
  return (
    <>
      <search className="filters">
        <Input
          data-filter
          aria-label="Filter desktop flows"
          placeholder="Filter by name, description or owner"
          contentBefore={<Search16Regular />}
          value={search}
          onChange={(_event, { value }) => setSearch(value)}
          style={{ flex: '1 1 240px', maxWidth: 360 }}
        />
        <span className="faint small">{formatCount(shown.length, 'desktop flow')}</span>
      </search>
      {shown.length === 0 ? (
        <Empty title="No desktop flow matches">Nothing has “{search}” in its name, description or owner.</Empty>
      ) : (
        <DataTable label="Desktop flows" columns={columns} rows={shown} keyOf={(flow) => flow.id} />
      )}
    </>
  );
}

const columns: readonly Column<DesktopFlow>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: (flow) => (
      <Link to="/desktop-flows/$flow" params={{ flow: flow.id }} search={{}} className="clip" title={flow.name}>
        {flow.name}
      </Link>
    ),
  },
  {
    key: 'description',
    header: 'Description',
    secondary: true,
    cell: ({ description }) => (
      <span className="clip faint" title={description}>
        {description || '–'}
      </span>
    ),
  },
  {
    key: 'problems',
    header: 'Script',
    width: '112px',
    cell: (flow) =>
      flow.problems > 0 ? (
        <span className="state" data-tone="bad">
          {formatCount(flow.problems, 'error')}
        </span>
      ) : (
        <span className="faint">v{flow.version}</span>
      ),
  },
  {
    key: 'results',
    header: 'Last ten results',
    width: '200px',
    cell: (flow) => <ResultDots results={flow.lastResults} />,
  },
  {
    key: 'last',
    header: 'Last run',
    width: '112px',
    named: true,
    cell: (flow) => <Moment at={flow.lastRunAt} relative />,
  },
  {
    key: 'owner',
    header: 'Owner',
    width: '104px',
    secondary: true,
    cell: (flow) => <span className="clip">{flow.owner.name}</span>,
  },
  { key: 'menu', header: 'Actions', quiet: true, width: '48px', cell: (flow) => <FlowMenu flow={flow} /> },
];

function FlowMenu({ flow }: { readonly flow: DesktopFlow }) {
  const navigate = useNavigate();
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  return (
    <div className="cell-menu">
      <ActionMenu
        label={`Actions for ${flow.name}`}
        actions={[
          {
            label: 'Run flow…',
            onSelect: () => void navigate({ to: '/runs/new', search: { flow: flow.id } }),
            disabledReason: whyNotSubmit,
          },
          {
            label: 'Edit script',
            onSelect: () => void navigate({ to: '/desktop-flows/$flow/edit', params: { flow: flow.id }, search: {} }),
          },
          {
            label: 'Show its runs',
            onSelect: () => void navigate({ to: '/runs', search: { flow: flow.id } }),
          },
        ]}
      />
    </div>
  );
}
