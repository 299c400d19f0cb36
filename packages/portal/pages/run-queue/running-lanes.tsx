import type { Run } from '@deskhand/protocol/http/runs.ts';
import { Link } from '@tanstack/react-router';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { runName } from '../run/use-run-actions.tsx';
import { Ran, Waited } from '../runs/run-columns.tsx';

/** What runs on the machines of a cluster now. */
export function RunningLanes({ runs }: { readonly runs: readonly Run[] }) {
  if (runs.length === 0) return <p className="faint">Nothing runs on this cluster now.</p>;
  return (
    <div className="now-lanes">
      {runs.map((run) => (
        <Lane key={run.id} run={run} />
      ))}
    </div>
  );
}

function Lane({ run }: { readonly run: Run }) {
  return (
    <div className="lane" data-tone="active">
      <div className="row">
        <RunStateBadge run={run} />
        <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip">
          {runName(run)}
        </Link>
      </div>
      <span className="small faint">
        {run.gateway?.name ?? '–'} · {run.connection.accountName} · waited <Waited run={run} />
        {run.startedAt && (
          <>
            {' · '}ran <Ran run={run} />
          </>
        )}
      </span>
    </div>
  );
}
