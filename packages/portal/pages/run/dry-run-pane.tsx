import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import type { DryRun } from '@deskhand/protocol/http/runs.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { problemOf } from '../../api/client.ts';
import type { Typed } from '../../forms/input-values.ts';
import { ErrorCodeLink } from '../../ui/help-link.tsx';
import { Section } from '../../ui/page-frame.tsx';
import { PredictedStart } from '../../ui/predicted-start.tsx';
import type { Tone } from '../../ui/run-state.ts';
import { remedyOf } from '../../ui/wait-reason.tsx';
import { type RunOrder, tryRun } from './send-run.ts';

interface DryRunPaneProps {
  readonly flow: DesktopFlow;
  readonly order: RunOrder;
  readonly typed: Typed;
  readonly connection: Connection;
  readonly cluster: GatewayCluster | undefined;
}

/** A person types; the server is asked when they pause. */
const PAUSE_MS = 400;
/** The queue moves while the form is open. */
const REFRESH_MS = 10_000;

/** What the form would lead to if it were submitted now; asked anew with every change of it (N3). */
export function DryRunPane(form: DryRunPaneProps) {
  const settled = useSettled(form, PAUSE_MS);
  const { flow, order, typed } = settled;
  const asked = useQuery({
    queryKey: ['dry-run', flow.id, flow.version, order, typed],
    queryFn: ({ signal }) => tryRun(settled, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    retry: false,
    // Inputs may hold secrets: nothing of them stays when the form is left.
    gcTime: 0,
  });
  return (
    <Section title="If you submit it now">
      <div aria-live="polite" aria-busy={asked.isFetching}>
        {asked.data === undefined ? (
          <NotYet error={asked.error} />
        ) : asked.data.kind === 'invalid' ? (
          <p className="faint">Complete the form to see where it would start.</p>
        ) : asked.error === null ? (
          <Answer answer={asked.data.answer} />
        ) : (
          <NotYet error={asked.error} />
        )}
      </div>
    </Section>
  );
}

function NotYet({ error }: { readonly error: unknown }) {
  if (error === null) return <p className="faint">Asking the server …</p>;
  const { title, remedy, code } = problemOf(error);
  return (
    <>
      <p className="state" data-tone="bad">
        It would be refused: {title}
      </p>
      <p className="faint small">{remedy}</p>
      <ErrorCodeLink code={code} />
    </>
  );
}

function Answer({ answer }: { readonly answer: DryRun }) {
  const { because, members, starts } = answer;
  return (
    <>
      <p className="state strong" data-tone={toneOf[answer.outcome]}>
        {headline(answer)}
      </p>
      {starts && (
        <p>
          Probably starts <PredictedStart starts={starts} />
        </p>
      )}
      {because && (
        <p>
          {because.message} <span className="faint">{remedyOf(because)}</span>
        </p>
      )}
      {members.length > 0 && (
        <table className="members" aria-label="Answer of every gateway">
          <tbody>
            {members.map((member) => (
              <tr key={member.gatewayId}>
                <td className="strong">{member.name}</td>
                <td title={member.because ? remedyOf(member.because) : undefined}>
                  {member.because?.message ?? 'Could start it now.'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

const toneOf: Readonly<Record<DryRun['outcome'], Tone>> = { starts: 'good', waits: 'waiting', refused: 'bad' };

function headline({ outcome, members, cluster, position }: DryRun): string {
  if (outcome === 'refused') return 'It would fail.';
  if (outcome === 'waits') return `It would wait in the run queue of ${cluster.name}, at place ${String(position)}.`;
  const open = members.flatMap(({ name, because }) => (because === null ? [name] : []));
  return open.length === 1 ? `It would start now on ${open.join()}.` : `It would start now on ${either(open)}.`;
}

const either = (names: readonly string[]): string =>
  `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? 'a gateway'}`;

/** The value as it was when it had not changed for so long. */
function useSettled<T extends DryRunPaneProps>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const { flow, order, typed, connection, cluster } = value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts are the value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [flow, order, typed, connection, cluster, ms]);
  return settled;
}
