import type { GatewayEvent } from '@deskhand/protocol/http/sick-members.ts';
import { healthHelp } from '@deskhand/protocol/help-links.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { gatewayHistoryQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { Section } from '../../ui/page-frame.tsx';
import type { Tone } from '../../ui/run-state.ts';
import { QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

const words: Readonly<Record<GatewayEvent['event'], { readonly text: string; readonly tone: Tone }>> = {
  'set-aside': { text: 'Set aside', tone: 'bad' },
  'kept-although-sick': { text: 'Kept although sick', tone: 'waiting' },
  'canary-began': { text: 'Canary sign-in', tone: 'quiet' },
  'canary-succeeded': { text: 'Canary succeeded', tone: 'good' },
  'canary-failed': { text: 'Canary failed', tone: 'bad' },
  'canary-open': { text: 'Canary told nothing', tone: 'waiting' },
  'canary-impossible': { text: 'No canary possible', tone: 'waiting' },
  'put-back': { text: 'Put back', tone: 'good' },
};

const columns: readonly Column<GatewayEvent>[] = [
  { key: 'at', header: 'When', width: '150px', cell: ({ at }) => <Moment at={at} /> },
  { key: 'gateway', header: 'Gateway', width: '14%', cell: ({ gatewayName }) => gatewayName },
  {
    key: 'event',
    header: 'What',
    width: '160px',
    cell: ({ event }) => (
      <span className="state" data-tone={words[event].tone}>
        {words[event].text}
      </span>
    ),
  },
  {
    key: 'detail',
    header: 'Why',
    cell: ({ detail, runId }) => (
      <span className="sentence">
        {detail}{' '}
        {runId && (
          <Link to="/runs/$run" params={{ run: runId }}>
            Its run
          </Link>
        )}
      </span>
    ),
  },
  { key: 'actor', header: 'By', width: '110px', secondary: true, cell: ({ actor }) => actor },
];

/** Members that were set aside, tried and put back (N12). */
export function GatewayHistory({ clusterId, name }: { readonly clusterId: string; readonly name: string }) {
  const history = useQuery(gatewayHistoryQuery(clusterId));
  return (
    <Section title="Gateways set aside">
      <p className="small">
        A gateway that fails runs which others do not is set aside, tried with canary sign-ins and put back.{' '}
        <HelpLink to={healthHelp['Set aside']}>Learn more</HelpLink>
      </p>
      <QueryView query={history} skeletonRows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint">No gateway of this cluster was ever set aside.</p>
          ) : (
            <DataTable
              label={`History of ${name}`}
              columns={columns}
              rows={items}
              keyOf={(event) => String(event.number)}
            />
          )
        }
      </QueryView>
    </Section>
  );
}
