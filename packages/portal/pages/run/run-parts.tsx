import type { Run } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { runEventsQuery, screenshotsQuery } from '../../api/queries.ts';
import { formatBytes, formatClock, formatCount, formatDuration, isSealed, previewValue } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

interface RunValuesProps {
  readonly values: Readonly<Record<string, unknown>>;
  readonly none: string;
}

export function RunValues({ values, none }: RunValuesProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <Empty title={none} />;
  return (
    <div className="table-frame">
      <table className="values">
        <tbody>
          {entries.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                {isSealed(value) ? (
                  <span title="Sealed in the browser; only the gateways can open it">••• sealed</span>
                ) : (
                  previewValue(value)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RunFacts({ run }: { readonly run: Run }) {
  return (
    <Facts
      facts={[
        ['Requested', <Moment key="at" at={run.requestedAt} />],
        ['Submitted by', run.submittedBy.name],
        ['Run mode', run.mode === 'attended' ? 'Attended' : 'Unattended'],
        ['Priority', `${run.priority === 'high' ? 'High' : 'Normal'}${run.movedToTop ? ', moved to top' : ''}`],
        ['Flow version', String(run.flow.version)],
        ['Connection', `${run.connection.name} (${run.connection.accountName})`],
        [
          'Gateway cluster',
          <Link key="cluster" to="/gateway-clusters/$cluster/run-queue" params={{ cluster: run.cluster.id }}>
            {run.cluster.name}
          </Link>,
        ],
        ['Gateway', run.gateway?.name ?? '–'],
        ['Attempt', run.attempt === 0 ? '–' : String(run.attempt)],
        ['Start deadline', <Moment key="deadline" at={run.startDeadlineAt} />],
        ['Execution timeout', formatDuration(run.executionTimeoutMs)],
        [
          'Resubmitted from',
          run.resubmitOf ? (
            <Link key="from" to="/runs/$run" params={{ run: run.resubmitOf }} search={{}}>
              {run.resubmitOf}
            </Link>
          ) : (
            '–'
          ),
        ],
        ['Run id', <code key="id">{run.id}</code>],
      ]}
    />
  );
}

export function RunScreenshots({ run }: { readonly run: Run }) {
  const shots = useQuery({ ...screenshotsQuery(run.id), enabled: run.screenshots > 0 });
  if (run.screenshots === 0) return null;
  return (
    <Section
      title="Screenshots"
      aside={<span className="faint small">{formatCount(run.screenshots, 'screenshot')}</span>}
    >
      <QueryView query={shots} skeletonRows={4}>
        {({ items }) => (
          <div className="shots">
            {items.map((shot) => (
              <Screenshot key={shot.number} runId={run.id} shot={shot} />
            ))}
          </div>
        )}
      </QueryView>
    </Section>
  );
}

interface Shot {
  readonly number: number;
  readonly at: string;
  readonly caption: string;
  readonly bytes: number;
}

export function Screenshot({ runId, shot }: { readonly runId: string; readonly shot: Shot }) {
  const url = useScreenshotUrl(runId, shot.number);
  return (
    <figure>
      {url ? (
        <a href={url} target="_blank" rel="noreferrer" aria-label={`Open screenshot ${shot.number} in full size`}>
          <img src={url} alt={`Screenshot ${shot.number}: ${shot.caption}`} />
        </a>
      ) : (
        <div className="shot-place" />
      )}
      <figcaption className="small faint">
        {shot.caption} · {formatClock(shot.at)} · {formatBytes(shot.bytes)}
      </figcaption>
    </figure>
  );
}

/** Fetched with the sign-in like everything else, and let go with the page. */
function useScreenshotUrl(runId: string, number: number): string | null {
  const [url, setUrl] = useState<string | null>(null);
  const shot = useQuery({
    queryKey: ['run-screenshot', runId, number],
    queryFn: ({ signal }) => api.getScreenshot({ params: { id: runId, number }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (!(shot.data instanceof ArrayBuffer)) return;
    const made = URL.createObjectURL(new Blob([shot.data], { type: 'image/png' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [shot.data]);
  return url;
}

/** Every offer, decline and change of state, with its reason. */
export function RunHistory({ run }: { readonly run: Run }) {
  const events = useQuery(runEventsQuery(run.id));
  return (
    <Section title="Events and attempts">
      <QueryView query={events} skeletonRows={4}>
        {({ items }) => (
          <ol className="history table-frame">
            {items.map((event, index) => (
              // Events are append-only, so their place is their identity.
              <li key={`${index}`}>
                <Moment at={event.at} />
                <span className="faint">{event.attempt > 0 ? `Attempt ${event.attempt}` : ''}</span>
                <span className="wrap">
                  <strong>{event.event}</strong> {event.detail}
                </span>
                <span className="faint">{event.actor}</span>
              </li>
            ))}
          </ol>
        )}
      </QueryView>
    </Section>
  );
}
