import type { Fairness } from '@deskhand/domain/run-queue/fairness/fairness.ts';
import { spreadHelp } from '@deskhand/protocol/help-links.ts';
import type { CapacityPlan } from '@deskhand/protocol/http/capacity.ts';
import { Select } from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { clustersQuery } from '../../api/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { Empty, ProblemView, QueryView, SkeletonRows } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { PlanFigures } from './plan-figures.tsx';
import { PlanForm } from './plan-form.tsx';
import { bodyOf, type PlanSearch, planCommandOf } from './plan-search.ts';
import { UsageChart, UsageKey } from './usage-chart.tsx';

/** N4: the own history with other machines, slots, add-ons or times. The address holds the question. */
export function CapacityPage() {
  const search: PlanSearch = useSearch({ from: '/signed-in/capacity' });
  const navigate = useNavigate();
  const clusters = useQuery(clustersQuery);
  const ask = (next: PlanSearch) => void navigate({ to: '/capacity', search: next });
  const cluster = clusters.data?.items.find(({ id }) => id === search.cluster);
  return (
    <PageFrame
      title="Plan capacity"
      above={<Link to="/gateways">Gateways</Link>}
      below="Your own runs are played again with other machines, slots, add-ons or times. Nothing is changed by it."
      actions={search.cluster === undefined ? null : <CopyButton text={planCommandOf(search)} label="Copy as CLI" />}
    >
      <QueryView query={clusters} skeletonRows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There is no gateway cluster yet" action={<Link to="/gateways/enrol">Enrol a machine</Link>}>
              A plan copies the machines of a cluster.
            </Empty>
          ) : (
            <>
              <Select
                aria-label="Gateway cluster"
                value={search.cluster ?? ''}
                onChange={(_event, { value }) => ask({ cluster: value })}
                style={{ maxWidth: 280 }}
              >
                <option value="" disabled>
                  Choose a gateway cluster
                </option>
                {items.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
              {cluster && <Plan key={cluster.id} fairness={cluster.fairness} search={search} onAsk={ask} />}
            </>
          )
        }
      </QueryView>
      <p className="small help-line">
        <HelpLink to={spreadHelp}>Spread the load: three strategies, and what a plan rests on</HelpLink>
      </p>
    </PageFrame>
  );
}

interface PlanProps {
  readonly fairness: Fairness;
  readonly search: PlanSearch;
  readonly onAsk: (search: PlanSearch) => void;
}

function Plan({ fairness, search, onAsk }: PlanProps) {
  // The history moves on while the page is open; the question stays the one that was asked.
  const { body, problems } = useMemo(() => bodyOf(search, Date.now()), [search]);
  const plan = useQuery({
    queryKey: ['capacity', search],
    queryFn: ({ signal }) => api.planCapacity({ params: { id: search.cluster ?? '' }, body, signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <>
      <PlanForm
        key={JSON.stringify(search)}
        fairness={fairness}
        search={search}
        problems={problems}
        busy={plan.isFetching}
        onAsk={onAsk}
      />
      <div aria-live="polite" aria-busy={plan.isFetching}>
        {plan.error ? (
          <ProblemView error={plan.error} onRetry={() => void plan.refetch()} />
        ) : plan.data === undefined ? (
          <SkeletonRows rows={10} />
        ) : (
          <Answer plan={plan.data} />
        )}
      </div>
    </>
  );
}

function Answer({ plan }: { readonly plan: CapacityPlan }) {
  const { before, after, enough, from, to, isShort, notes } = plan;
  return (
    <div className={isShort ? 'plan-short' : undefined}>
      {enough && (
        <Section title="How many are enough">
          <div className="message" data-tone={enough.isPossible ? 'good' : 'waiting'}>
            <div className="grow">
              {enough.says.map((said, index) => (
                <p key={said} className={index === 0 ? 'strong' : undefined}>
                  {said}
                </p>
              ))}
            </div>
          </div>
        </Section>
      )}
      <Section
        title="Waits"
        aside={
          from && to ? (
            <span className="faint small">
              history from <Moment at={from} withDay /> to <Moment at={to} withDay />
            </span>
          ) : undefined
        }
      >
        {isShort && (
          <p className="state" data-tone="waiting">
            The history is shorter than seven days: what it shows may be any week.
          </p>
        )}
        <PlanFigures plan={plan} />
      </Section>
      <Section title="Slots in use over time">
        <div className="card">
          <UsageChart figures={before} title="As it is" />
          {after && <UsageChart figures={after} title="With the changes" />}
          <UsageKey />
        </div>
      </Section>
      <Section title="What this rests on">
        <ul className="plan-notes small">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
