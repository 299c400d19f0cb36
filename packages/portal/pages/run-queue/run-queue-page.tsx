import type { RunQueueView } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { runQueueQuery } from '../../api/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatCount } from '../../ui/format.ts';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { useNow } from '../../ui/time.tsx';
import { QueueTable } from './queue-table.tsx';
import { FairnessNote } from './fairness-note.tsx';
import { RunningLanes } from './running-lanes.tsx';

/** The live run queue of a cluster: what runs, what is next, and why each other run waits. */
export function RunQueuePage() {
  const { cluster } = useParams({ from: '/signed-in/gateway-clusters/$cluster/run-queue' });
  const queue = useQuery(runQueueQuery(cluster));
  const name = queue.data?.cluster.name ?? 'Run queue';
  return (
    <PageFrame
      title={queue.data ? `Run queue of ${name}` : name}
      above={
        <>
          <Link to="/run-queues">Run queues</Link>
          <span>›</span>
          <Link to="/gateway-clusters/$cluster" params={{ cluster }}>
            {name}
          </Link>
        </>
      }
      actions={<CopyButton text={`deskhand queue show ${cluster}`} label="Copy as CLI" />}
    >
      <QueryView query={queue} skeletonRows={12}>
        {(view) => <QueueView key={cluster} view={view} />}
      </QueryView>
    </PageFrame>
  );
}

const RISK_MS = 30 * 60_000;

function QueueView({ view }: { readonly view: RunQueueView }) {
  const now = useNow();
  const mustStartSoon = view.queued.filter((entry) => Date.parse(entry.run.startDeadlineAt) - now < RISK_MS).length;
  return (
    <>
      <p className="page-below">
        {view.slots.inUse} of {formatCount(view.slots.all, 'slot')} busy · {view.total} waiting
        {view.addOns && (
          <>
            {' · '}
            <span {...(view.addOns.inUse >= view.addOns.all ? { className: 'state', 'data-tone': 'waiting' } : {})}>
              {view.addOns.inUse} of {formatCount(view.addOns.all, 'add-on')} in use
            </span>
          </>
        )}
        {mustStartSoon > 0 && (
          <>
            {' · '}
            <span className="state" data-tone="waiting">
              {formatCount(mustStartSoon, 'run')} must start within 30 m
            </span>
          </>
        )}
        {view.atRisk > 0 && (
          <>
            {' · '}
            <span className="state" data-tone="waiting">
              {formatCount(view.atRisk, 'run')} will probably miss the start deadline
            </span>
          </>
        )}
        {view.accuracy && (
          <>
            {' · '}predicted starts are off by {Math.round(view.accuracy.medianError * 100)} % of the wait
          </>
        )}
      </p>
      <Section title="Running">
        <RunningLanes runs={view.running} />
      </Section>
      <Section
        title="Waiting"
        aside={
          view.total > view.queued.length && (
            <span className="faint">
              The first {view.queued.length} of {view.total}
            </span>
          )
        }
      >
        <FairnessNote fairness={view.fairness} />
        {view.queued.length === 0 ? (
          <Empty title="No run waits" action={<Link to="/runs/new">Submit a run</Link>}>
            A run appears here while it waits for a free slot, its session or its machine.
          </Empty>
        ) : (
          <QueueTable view={view} />
        )}
      </Section>
    </>
  );
}
