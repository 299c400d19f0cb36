import type { ReplyOf } from '@deskhand/protocol/http/route.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { homeQuery } from '../../api/queries.ts';
import { ActionMenu } from '../../ui/action-menu.tsx';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { PageFrame, Section } from '../../ui/page-frame.tsx';
import { badEndStates, occupiedStates, type Tone, waitingStates } from '../../ui/run-state.ts';
import { RunStateBadge } from '../../ui/run-state-badge.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { runName, useRunActions } from '../run/use-run-actions.tsx';
import { Ran, Waited } from '../runs/run-columns.tsx';
import { FirstSteps } from './first-steps.tsx';

type Home = ReplyOf<Routes['getHome']>;

/** What runs, what waits, what failed, and what needs somebody. */
export function HomePage() {
  const home = useQuery(homeQuery);
  const actions = useRunActions();
  return (
    <PageFrame title="Home">
      <QueryView query={home}>
        {(data) => (
          <>
            {!isSettled(data.firstSteps) && <FirstSteps steps={data.firstSteps} />}
            <Counts home={data} />
            <div className="home-panes">
              <NeedsAttention home={data} actions={actions} />
              <RunLines title="Running now" runs={data.runningRuns} actions={actions} none="Nothing runs right now." />
              <Waiting home={data} actions={actions} />
              <RunLines title="My runs" runs={data.myRuns} actions={actions} none="You have not submitted a run yet." />
            </div>
          </>
        )}
      </QueryView>
      {actions.dialog}
    </PageFrame>
  );
}

/** A machine that signs accounts in is worth having, but a person can work without one. */
const isSettled = (steps: Home['firstSteps']): boolean =>
  steps.ranExample && steps.hasOwnFlow && steps.hasSignInGateway;

function Counts({ home }: { readonly home: Home }) {
  const offline = home.gatewaysAll - home.gatewaysOnline;
  return (
    <nav className="counts" aria-label="Counts">
      <Count number={home.running} words="running now" tone="active" state={occupiedStates.join(',')} />
      <Count number={home.waiting} words="waiting" tone="waiting" state={waitingStates.join(',')} />
      <Count number={home.failed24h} words="failed in 24 h" tone="bad" state={badEndStates.join(',')} from="24h" />
      <Link to="/gateways" {...(offline > 0 ? { 'data-tone': 'bad' } : {})}>
        <strong>
          {home.gatewaysOnline}/{home.gatewaysAll}
        </strong>
        <span>gateways online</span>
      </Link>
    </nav>
  );
}

interface CountProps {
  readonly number: number;
  readonly words: string;
  readonly tone: Tone;
  readonly state: string;
  readonly from?: string;
}

function Count({ number, words, tone, state, from }: CountProps) {
  return (
    <Link to="/runs" search={{ state, ...(from ? { from } : {}) }} {...(number > 0 ? { 'data-tone': tone } : {})}>
      <strong>{number}</strong>
      <span>{words}</span>
    </Link>
  );
}

type Actions = ReturnType<typeof useRunActions>;

/** Bad ends first, then runs that a session or an offline machine keeps from starting. */
function NeedsAttention({ home, actions }: { readonly home: Home; readonly actions: Actions }) {
  const stuck = home.waitingRuns.filter(
    (run) => run.because && ['session-rule', 'availability', 'decline', 'add-ons'].includes(run.because.kind),
  );
  const runs = [...home.failedRuns, ...stuck];
  const offline = home.gatewaysAll - home.gatewaysOnline;
  return (
    <Section title="Needs attention">
      {runs.length === 0 && offline === 0 ? (
        <Empty title="All well">
          No failed run in 24 hours, no run that is stuck{home.gatewaysAll > 0 && ', every gateway online'}.
        </Empty>
      ) : (
        <ul className="lines">
          {runs.map((run) => (
            <RunLine key={run.id} run={run} actions={actions} detailed />
          ))}
          {offline > 0 && (
            <li>
              <span>{formatCount(offline, 'gateway')} offline: runs for these machines wait.</span>
              <Link to="/gateways">Open gateways</Link>
            </li>
          )}
        </ul>
      )}
    </Section>
  );
}

/** Who is next in a queue stands first; where the server lists but some of them, those wait longest. */
function Waiting({ home, actions }: { readonly home: Home; readonly actions: Actions }) {
  const runs = home.waitingRuns.toSorted(byPlace);
  const cut =
    home.waiting > runs.length ? `The ${runs.length} that wait longest, of ${formatNumber(home.waiting)}` : undefined;
  return (
    <RunLines title="Waiting" runs={runs} actions={actions} none="No run waits." {...(cut ? { cut } : {})}>
      <Link to="/runs" search={{ state: waitingStates.join(',') }}>
        All waiting runs
      </Link>
    </RunLines>
  );
}

const byPlace = (one: Run, other: Run): number =>
  (one.position ?? Number.MAX_SAFE_INTEGER) - (other.position ?? Number.MAX_SAFE_INTEGER) ||
  one.requestNumber - other.requestNumber;

interface RunLinesProps {
  readonly title: string;
  /** What is listed, where that is not all. */
  readonly cut?: string;
  /** Where the rest of them are. */
  readonly children?: ReactNode;
  readonly runs: readonly Run[];
  readonly actions: Actions;
  readonly none: string;
}

function RunLines({ title, cut, runs, actions, none, children }: RunLinesProps) {
  const more = (
    <span className="row">
      {cut && <span className="faint small">{cut}</span>}
      {children ?? <Link to="/runs">All runs</Link>}
    </span>
  );
  return (
    <Section title={title} aside={more}>
      {runs.length === 0 ? (
        <Empty title={none} />
      ) : (
        <ul className="lines">
          {runs.map((run) => (
            <RunLine key={run.id} run={run} actions={actions} />
          ))}
        </ul>
      )}
    </Section>
  );
}

interface RunLineProps {
  readonly run: Run;
  readonly actions: Actions;
  readonly detailed?: boolean;
}

function RunLine({ run, actions, detailed = false }: RunLineProps) {
  const reason = run.error?.message ?? run.because?.message;
  return (
    <li>
      <div className="stack tight" style={{ minWidth: 0 }}>
        <div className="run-line">
          <RunStateBadge run={run} />
          <Link to="/runs/$run" params={{ run: run.id }} search={{}} className="clip" title={runName(run)}>
            {runName(run)}
          </Link>
          <span className="faint small line-time">
            <LineTime run={run} />
          </span>
        </div>
        {detailed && reason && <span className="small faint wrap">{reason}</span>}
      </div>
      <ActionMenu label={`Actions for ${runName(run)}`} actions={actions.menu(run)} />
    </li>
  );
}

function LineTime({ run }: { readonly run: Run }) {
  if (run.endedAt)
    return (
      <>
        {run.startedAt === null ? (
          'did not start'
        ) : (
          <>
            ran <Ran run={run} />
          </>
        )}{' '}
        · <Moment at={run.endedAt} relative />
      </>
    );
  if (run.startedAt)
    return (
      <>
        runs for <Ran run={run} /> on {run.gateway?.name ?? run.cluster.name}
      </>
    );
  const isWaiting = run.state === 'queued' || run.state === 'offered';
  return (
    <>
      {isWaiting ? 'waits for' : 'waited'} <Waited run={run} /> ·{' '}
      {isWaiting ? run.cluster.name : (run.gateway?.name ?? run.cluster.name)}
    </>
  );
}
