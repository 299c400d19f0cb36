import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runQueueQuery } from '../../api/queries.ts';
import { PredictedStart } from '../../ui/predicted-start.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { QueryView } from '../../ui/states.tsx';
import { runName } from '../run/use-run-actions.tsx';
import { RunningLanes } from '../run-queue/running-lanes.tsx';

const WAITING_SHOWN_MAX = 5;

/** What runs on the machines of a cluster, and the front of its run queue. */
export function ClusterRuns({ cluster }: { readonly cluster: GatewayCluster }) {
  const queue = useQuery(runQueueQuery(cluster.id));
  return (
    <>
      <Section title="Running">
        <QueryView query={queue} skeletonRows={2}>
          {({ running }) => <RunningLanes runs={running} />}
        </QueryView>
      </Section>
      <Section
        title="Waiting"
        aside={
          <Link to="/gateway-clusters/$cluster/run-queue" params={{ cluster: cluster.id }}>
            Run queue: {queue.data?.total ?? cluster.waiting} waiting
          </Link>
        }
      >
        <QueryView query={queue} skeletonRows={3}>
          {(view) => <FrontOfQueue view={view} />}
        </QueryView>
      </Section>
    </>
  );
}

function FrontOfQueue({ view }: { readonly view: RunQueueView }) {
  if (view.queued.length === 0) return <p className="faint">Nothing waits for this cluster.</p>;
  return (
    <ol className="lines queue-front" aria-label="First runs of the run queue">
      {view.queued.slice(0, WAITING_SHOWN_MAX).map(({ run, because, starts }) => (
        <li key={run.id}>
          <RunStateBadge run={{ ...run, position: null }} />
          <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip" title={runName(run)}>
            {runName(run)}
          </Link>
          <span className="num">
            <PredictedStart starts={starts} />
          </span>
          <span className="because">{because?.message ?? 'Starts as soon as it is offered.'}</span>
        </li>
      ))}
    </ol>
  );
}
