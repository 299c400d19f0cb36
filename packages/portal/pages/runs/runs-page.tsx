import type { Run, RunFilterQuery } from '@deskhand/protocol/http/runs.ts';
import { Button } from '@fluentui/react-components';
import { Play20Regular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { runsQuery } from '../../api/queries.ts';
import type { Fold } from '../../app/live/fold-events.ts';
import { useFolds } from '../../app/live/live-context.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { formatCount } from '../../ui/format.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { useSteadyRows } from '../../ui/use-steady-rows.ts';
import { runName, useRunActions } from '../run/use-run-actions.tsx';
import { BulkActions } from './bulk-actions.tsx';
import { FilterBar } from './filter-bar.tsx';
import { runColumns, runNote } from './run-columns.tsx';
import {
  filtersFromSearch,
  isFiltered,
  type RunFilters,
  runsCommandOf,
  runsQueryOf,
  searchFromFilters,
  withFilter,
} from './run-filters.ts';

export function RunsPage() {
  const search = useSearch({ from: '/signed-in/runs' });
  const filters = useMemo(() => filtersFromSearch({ ...search }), [search]);
  // The span starts when the filter was chosen or refreshed, so that the question stays the same between paints.
  const query = useMemo(() => runsQueryOf(filters, Date.now()), [filters]);
  const filter = useMemo(() => {
    const { limit: _limit, cursor: _cursor, ...asked } = query;
    return isFiltered(filters) ? asked : null;
  }, [query, filters]);
  const navigate = useNavigate();
  const runs = useQuery(runsQuery(query));
  const change = (next: RunFilters) => void navigate({ to: '/runs', search: searchFromFilters(next) });
  return (
    <PageFrame
      title="Runs"
      actions={
        <>
          <CopyButton text={runsCommandOf(filters)} label="Copy as CLI" />
          <Button
            appearance="primary"
            icon={<Play20Regular />}
            onClick={() => void navigate({ to: '/runs/new', search: {} })}
          >
            Submit a run
          </Button>
        </>
      }
    >
      <FilterBar filters={filters} onChange={change} />
      <QueryView query={runs} skeletonRows={16}>
        {(page) => <RunList page={page} filters={filters} filter={filter} onChange={change} />}
      </QueryView>
    </PageFrame>
  );
}

interface RunListProps {
  readonly page: { readonly items: readonly Run[]; readonly nextCursor: string | null };
  readonly filters: RunFilters;
  /** The filters as the API takes them; null when there are none. */
  readonly filter: RunFilterQuery | null;
  readonly onChange: (filters: RunFilters) => void;
}

const keyOf = (run: Run): string => run.id;

function RunList({ page, filters, filter, onChange }: RunListProps) {
  const actions = useRunActions();
  const cache = useQueryClient();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { rows, holders, settle } = useSteadyRows(page.items, keyOf);
  const newer = useNewerRuns(page.items);
  const columns = useMemo(() => runColumns({ menu: actions.menu }), [actions.menu]);
  if (page.items.length === 0 && newer === 0) return <NoRuns filters={filters} onChange={onChange} />;
  const refresh = () => {
    settle();
    void cache.invalidateQueries({ queryKey: ['runs'] });
  };
  const chosen = rows.filter((run) => selected.has(run.id));
  return (
    <div {...holders}>
      {newer > 0 && (
        <Button size="small" className="newer" onClick={refresh}>
          {formatCount(newer, 'newer run')} ↑
        </Button>
      )}
      <DataTable
        label="Runs"
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        nameOf={runName}
        note={runNote}
        selection={{ keys: selected, onChange: setSelected }}
      />
      {chosen.length > 0 && (
        <BulkActions
          runs={chosen}
          filter={filter}
          whyNotSubmit={actions.whyNotSubmit}
          onDone={() => setSelected(new Set())}
        />
      )}
      <Pager filters={filters} nextCursor={page.nextCursor} count={rows.length} onChange={onChange} />
      {actions.dialog}
    </div>
  );
}

function Pager(props: {
  readonly filters: RunFilters;
  readonly nextCursor: string | null;
  readonly count: number;
  readonly onChange: (filters: RunFilters) => void;
}) {
  const { filters, nextCursor, count, onChange } = props;
  return (
    <div className="row" style={{ marginTop: 12 }}>
      <span className="faint small grow">{formatCount(count, 'run')} on this page</span>
      {filters.cursor && (
        <Button size="small" onClick={() => onChange(withFilter(filters, {}))}>
          Newest runs
        </Button>
      )}
      {nextCursor && (
        <Button size="small" onClick={() => onChange({ ...filters, cursor: nextCursor })}>
          Older runs
        </Button>
      )}
    </div>
  );
}

function NoRuns({ filters, onChange }: Pick<RunListProps, 'filters' | 'onChange'>) {
  if (isFiltered(filters))
    return (
      <Empty title="No run matches" action={<Button onClick={() => onChange({ state: [] })}>Clear filters</Button>}>
        No run fits all of these filters.
      </Empty>
    );
  return (
    <Empty title="No runs yet" action={<Link to="/">Run the Hello desktop example</Link>}>
      A run appears here as soon as somebody submits a desktop flow.
    </Empty>
  );
}

/** Runs requested after the newest one on the page; they are told, not pushed in. */
function useNewerRuns(shown: readonly Run[]): number {
  const [seen, setSeen] = useState<ReadonlyMap<string, number>>(new Map());
  const listen = useCallback((fold: Fold) => {
    if (fold.runs.size === 0) return;
    setSeen((before) => new Map([...before, ...[...fold.runs].map(([id, run]) => [id, run.requestNumber] as const)]));
  }, []);
  useFolds(listen);
  const newest = shown[0]?.requestNumber ?? 0;
  return [...seen.values()].filter((number) => number > newest).length;
}
