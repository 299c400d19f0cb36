import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Tab, TabList } from '@fluentui/react-components';
import { Edit20Regular, Play20Regular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, isProblem } from '../../api/client.ts';
import { flowQuery, runsQuery } from '../../api/queries.ts';
import { useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu } from '../../ui/action-menu.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { formatCount } from '../../ui/format.ts';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { ResultDots } from '../../ui/run-state-badge.tsx';
import { Empty, ProblemView, QueryView, SkeletonRows } from '../../ui/states.tsx';
import { useSteadyRows } from '../../ui/use-steady-rows.ts';
import { runName, useRunActions } from '../run/use-run-actions.tsx';
import { runColumns, runNote } from '../runs/run-columns.tsx';

const FlowScript = lazy(() => import('./flow-script.tsx').then((module) => ({ default: module.FlowScript })));
const FlowVersions = lazy(() => import('./flow-versions.tsx').then((module) => ({ default: module.FlowVersions })));
const FlowAccess = lazy(() => import('./flow-access.tsx').then((module) => ({ default: module.FlowAccess })));

const tabs = { runs: 'Runs', script: 'Script', versions: 'Versions', access: 'Access' } as const;
type TabName = keyof typeof tabs;

/** The details page of a desktop flow: its runs first, each with the menu that holds Resubmit. */
export function FlowPage() {
  const { flow: id } = useParams({ from: '/signed-in/desktop-flows/$flow' });
  const flow = useQuery(flowQuery(id));
  // What was deleted while it was shown is no longer shown.
  const isGone = isProblem(flow.error, 'not-found');
  if (!flow.data || isGone)
    return (
      <PageFrame title="Desktop flow" above={<Link to="/desktop-flows">Desktop flows</Link>}>
        {isGone ? <ProblemView error={flow.error} /> : <QueryView query={flow}>{() => null}</QueryView>}
      </PageFrame>
    );
  return <FlowDetails flow={flow.data} />;
}

function FlowDetails({ flow }: { readonly flow: DesktopFlow }) {
  const navigate = useNavigate();
  const search = useSearch({ from: '/signed-in/desktop-flows/$flow' });
  const tab: TabName = Object.hasOwn(tabs, search.tab ?? '') ? (search.tab as TabName) : 'runs';
  const show = (next: TabName) =>
    void navigate({ to: '/desktop-flows/$flow', params: { flow: flow.id }, search: { tab: next } });
  return (
    <PageFrame
      title={flow.name}
      above={<Link to="/desktop-flows">Desktop flows</Link>}
      below={
        <span className="row">
          {flow.description && <span>{flow.description}</span>}
          <span className="faint">
            Version {flow.version} · {flow.owner.name}
          </span>
          <ResultDots results={flow.lastResults} />
          {flow.problems > 0 && (
            <span className="state" data-tone="bad">
              {formatCount(flow.problems, 'error')} {flow.problems === 1 ? 'keeps' : 'keep'} it from running
            </span>
          )}
        </span>
      }
      actions={<FlowButtons flow={flow} />}
    >
      <TabList
        selectedValue={tab}
        onTabSelect={(_event, { value }) => show(value as TabName)}
        style={{ marginBottom: 12, marginLeft: -10 }}
      >
        {(Object.keys(tabs) as TabName[]).map((name) => (
          <Tab key={name} value={name}>
            {tabs[name]}
          </Tab>
        ))}
      </TabList>
      <Suspense fallback={<SkeletonRows />}>
        {tab === 'runs' && <FlowRuns flow={flow} />}
        {tab === 'script' && <FlowScript flow={flow} version={search.version ? Number(search.version) : undefined} />}
        {tab === 'versions' && <FlowVersions flow={flow} />}
        {tab === 'access' && <FlowAccess flow={flow} />}
      </Suspense>
    </PageFrame>
  );
}

function FlowButtons({ flow }: { readonly flow: DesktopFlow }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const whyNotSubmit = useWhyNotAllowed('run.submit');
  const whyNotEdit = useWhyNotAllowed('flow.create');
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    try {
      await api.deleteFlow({ params: { id: flow.id } });
      noticeDone(`Deleted ${flow.name}.`);
      await navigate({ to: '/desktop-flows', search: {} });
      await cache.invalidateQueries({ queryKey: ['desktop-flows'] });
    } catch (error) {
      noticeRefused(`${flow.name} was not deleted.`, error);
    }
  };
  return (
    <>
      <ActionButton
        icon={<Edit20Regular />}
        disabledReason={whyNotEdit}
        onClick={() => void navigate({ to: '/desktop-flows/$flow/edit', params: { flow: flow.id }, search: {} })}
      >
        Edit script
      </ActionButton>
      <ActionButton
        appearance="primary"
        icon={<Play20Regular />}
        disabledReason={whyNotSubmit}
        onClick={() => void navigate({ to: '/runs/new', search: { flow: flow.id } })}
      >
        Run flow…
      </ActionButton>
      <ActionMenu
        label={`More for ${flow.name}`}
        actions={[{ label: 'Delete flow…', onSelect: () => setAsking(true), disabledReason: whyNotEdit }]}
      />
      {asking && (
        <ConfirmDialog
          title={`Delete ${flow.name}?`}
          confirmLabel="Delete flow"
          onClose={() => setAsking(false)}
          onConfirm={() => void remove()}
        >
          <p>Its script is deleted in every version. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

const keyOf = (run: Run): string => run.id;
const RUNS_SHOWN = 50;

function FlowRuns({ flow }: { readonly flow: DesktopFlow }) {
  const runs = useQuery(runsQuery({ flow: flow.id, limit: RUNS_SHOWN }));
  return (
    <QueryView query={runs} skeletonRows={10}>
      {({ items, nextCursor }) => (
        <>
          <FlowRunTable flow={flow} runs={items} />
          {nextCursor && (
            <p style={{ marginTop: 8 }}>
              <Link to="/runs" search={{ flow: flow.id }}>
                All runs of {flow.name}
              </Link>
            </p>
          )}
        </>
      )}
    </QueryView>
  );
}

function FlowRunTable({ flow, runs }: { readonly flow: DesktopFlow; readonly runs: readonly Run[] }) {
  const actions = useRunActions();
  const { rows, holders, pending, settle } = useSteadyRows(runs, keyOf);
  if (runs.length === 0)
    return (
      <Empty
        title="Not run yet"
        action={
          <Link to="/runs/new" search={{ flow: flow.id }}>
            Run {flow.name}
          </Link>
        }
      />
    );
  return (
    <div {...holders}>
      {pending > 0 && (
        <button type="button" className="tag newer" onClick={settle}>
          {formatCount(pending, 'change')} to the list. Show it
        </button>
      )}
      <DataTable
        label={`Runs of ${flow.name}`}
        columns={runColumns({ menu: actions.menu, withFlow: false })}
        rows={rows}
        keyOf={keyOf}
        nameOf={runName}
        note={runNote}
      />
      {actions.dialog}
    </div>
  );
}
