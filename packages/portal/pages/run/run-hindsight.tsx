import { helpOfStrategy } from '@deskhand/protocol/help-links.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { hindsightQuery } from '../../api/queries.ts';
import { HelpLink } from '../../ui/help-link.tsx';

/** S53: what would have let a run start that timed out while it waited; nothing for any other. */
export function RunHindsight({ run }: { readonly run: Run }) {
  const isLookedAt = run.state === 'timedOut' && run.error?.code === 'NoCandidateMachine';
  const { data } = useQuery({ ...hindsightQuery(run.id), enabled: isLookedAt });
  if (!isLookedAt || data === undefined || data.says.length === 0) return null;
  return (
    <section aria-label="What would have helped" className="hindsight">
      {data.says.map((said) => (
        <p key={said}>{said}</p>
      ))}
      <p className="row">
        <HelpLink to={helpOfStrategy(data.strategy)}>The three strategies</HelpLink>
        <Link to="/capacity" search={{ cluster: run.cluster.id }}>
          Plan capacity of {run.cluster.name}
        </Link>
      </p>
    </section>
  );
}
