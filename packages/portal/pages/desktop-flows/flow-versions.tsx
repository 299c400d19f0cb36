import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { versionsQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { formatBytes } from '../../ui/format.ts';
import { QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

interface Version {
  readonly version: number;
  readonly savedAt: string;
  readonly savedBy: string;
  readonly bytes: number;
}

export function FlowVersions({ flow }: { readonly flow: DesktopFlow }) {
  const versions = useQuery(versionsQuery(flow.id));
  const columns: readonly Column<Version>[] = [
    {
      key: 'version',
      header: 'Version',
      cell: ({ version }) => (
        <span className="row">
          <Link
            to="/desktop-flows/$flow"
            params={{ flow: flow.id }}
            search={{ tab: 'script', version: String(version) }}
          >
            Version {version}
          </Link>
          {version === flow.version && <span className="tag">Current</span>}
        </span>
      ),
    },
    { key: 'at', header: 'Saved', width: '180px', cell: ({ savedAt }) => <Moment at={savedAt} /> },
    { key: 'by', header: 'Saved by', width: '180px', cell: ({ savedBy }) => savedBy },
    { key: 'size', header: 'Size', width: '120px', numeric: true, cell: ({ bytes }) => formatBytes(bytes) },
  ];
  return (
    <QueryView query={versions}>
      {({ items }) => (
        <DataTable label="Versions" columns={columns} rows={items} keyOf={({ version }) => String(version)} />
      )}
    </QueryView>
  );
}
