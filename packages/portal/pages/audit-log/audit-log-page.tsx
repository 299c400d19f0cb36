import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { Button, Input } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { auditLogQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

type Entry = ReplyOf<Routes['listAuditLog']>['items'][number];
const ENTRIES_PER_PAGE = 100;

/** Every change that anybody made. Append-only: nothing here can be edited or removed. */
export function AuditLogPage() {
  const search = useSearch({ from: '/signed-in/audit-log' });
  const navigate = useNavigate();
  const log = useQuery(auditLogQuery({ ...search, limit: ENTRIES_PER_PAGE }));
  // A change of filter starts at the newest entries again.
  const { cursor: _newest, ...filters } = search;
  const set = (change: { actor?: string; object?: string; cursor?: string }) =>
    void navigate({ to: '/audit-log', search: { ...filters, ...change }, replace: true });
  return (
    <PageFrame title="Audit log" below="Every change, newest first. Entries are only ever added.">
      <search className="filters">
        <Input
          data-filter
          aria-label="Who"
          placeholder="Who"
          value={search.actor ?? ''}
          onChange={(_event, { value }) => set({ actor: value })}
        />
        <Input
          aria-label="Object"
          placeholder="Object"
          value={search.object ?? ''}
          onChange={(_event, { value }) => set({ object: value })}
        />
      </search>
      <QueryView query={log} skeletonRows={16}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NoEntries
              isFiltered={Object.keys(search).length > 0}
              onClear={() => void navigate({ to: '/audit-log', search: {}, replace: true })}
            />
          ) : (
            <>
              <DataTable label="Audit log" columns={columns} rows={items} keyOf={(entry) => String(entry.number)} />
              <div className="row" style={{ marginTop: 12 }}>
                <div className="grow" />
                {search.cursor && <Button onClick={() => set({})}>Newest entries</Button>}
                {nextCursor && <Button onClick={() => set({ cursor: nextCursor })}>Older entries</Button>}
              </div>
            </>
          )
        }
      </QueryView>
    </PageFrame>
  );
}

function NoEntries({ isFiltered, onClear }: { readonly isFiltered: boolean; readonly onClear: () => void }) {
  if (!isFiltered) return <Empty title="No entry yet">Every change that somebody makes is noted here.</Empty>;
  return (
    <Empty title="No entry matches" action={<Button onClick={onClear}>Clear filters</Button>}>
      No entry fits all of these filters.
    </Empty>
  );
}

/** People by name and e-mail, everything else as it calls itself. */
function Who({ entry: { actor, actorName } }: { readonly entry: Entry }) {
  if (actorName === null) return <span className="clip">{actor}</span>;
  return (
    <span className="clip" title={`${actorName}, ${actor}`}>
      {actorName} <span className="faint">{actor}</span>
    </span>
  );
}

const columns: readonly Column<Entry>[] = [
  { key: 'at', header: 'Time', width: '128px', cell: (entry) => <Moment at={entry.at} /> },
  { key: 'actor', header: 'Who', width: '260px', cell: (entry) => <Who entry={entry} /> },
  { key: 'verb', header: 'Did', width: '170px', cell: (entry) => <span className="clip strong">{entry.verb}</span> },
  {
    key: 'object',
    header: 'To',
    cell: ({ object }) => (
      <span className="clip" title={object}>
        {object}
      </span>
    ),
  },
  {
    key: 'detail',
    header: 'What changed',
    secondary: true,
    cell: (entry) => {
      const text = Object.entries(entry.detail)
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' · ');
      return (
        <span className="clip faint" title={text}>
          {text || '–'}
        </span>
      );
    },
  },
  {
    key: 'origin',
    header: 'From',
    width: '120px',
    secondary: true,
    cell: (entry) => <span className="clip">{entry.origin}</span>,
  },
];
