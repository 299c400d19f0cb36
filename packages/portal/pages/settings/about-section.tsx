import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { useQuery } from '@tanstack/react-query';
import { aboutQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Facts, Section } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

type Feature = ReplyOf<Routes['getAbout']>['status'][number];

const columns: readonly Column<Feature>[] = [
  { key: 'feature', header: 'Feature', cell: ({ feature }) => <span className="clip strong">{feature}</span> },
  { key: 'state', header: 'State', width: '160px', cell: ({ state }) => <span className="tag">{state}</span> },
  {
    key: 'note',
    header: 'Note',
    cell: ({ note }) => (
      <span className="two-lines" title={note}>
        {note || '–'}
      </span>
    ),
  },
];

/** What this server is, and what is not there yet. */
export function AboutSection() {
  const about = useQuery(aboutQuery);
  return (
    <QueryView query={about}>
      {(data) => (
        <>
          <div className="card">
            <Facts
              facts={[
                ['Deskhand', data.version],
                ['PostgreSQL', data.postgres],
                ['Running since', <Moment key="since" at={data.startedAt} />],
                [
                  'API',
                  <a key="api" href="/api/v1/openapi.json">
                    /api/v1/openapi.json
                  </a>,
                ],
              ]}
            />
          </div>
          <Section title="Not yet there, or not proved">
            {data.status.length === 0 ? (
              <Empty title="Nothing is missing" />
            ) : (
              <DataTable
                label="Status of features"
                columns={columns}
                rows={data.status}
                keyOf={({ feature }) => feature}
              />
            )}
          </Section>
        </>
      )}
    </QueryView>
  );
}
