import type { PredictedStart as PredictedStartOnWire, Run } from '@deskhand/protocol/http/runs.ts';
import {
  Clock20Regular,
  DismissCircle20Regular,
  PlugDisconnected20Regular,
  QuestionCircle20Regular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { explainQuery, gatewaysQuery } from '../../api/queries.ts';
import { ErrorCodeLink } from '../../ui/help-link.tsx';
import { PredictedStart } from '../../ui/predicted-start.tsx';
import type { Tone } from '../../ui/run-state.ts';
import { Moment, useNow } from '../../ui/time.tsx';
import { RunHindsight } from './run-hindsight.tsx';
import { Because, Deadline, MemberAnswers, remedyOf } from '../../ui/wait-reason.tsx';

/** What a person must know about this run before anything else: why it waits, what failed, what is not known. */
export function RunSituation({ run }: { readonly run: Run }) {
  if (run.state === 'queued' || run.state === 'offered') return <Waiting run={run} />;
  if (run.state === 'uncertain') return <Uncertain run={run} />;
  if (run.error) return <FirstError run={run} error={run.error} />;
  if (run.endedAt === null) return <Progress run={run} />;
  return null;
}

function Message({
  tone,
  icon,
  children,
}: {
  readonly tone: Tone;
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="message" data-tone={tone}>
      {icon}
      <div className="grow">{children}</div>
    </div>
  );
}

function Waiting({ run }: { readonly run: Run }) {
  const explained = useQuery(explainQuery(run.id));
  const now = useNow();
  const because = explained.data?.because ?? run.because;
  return (
    <Message tone="waiting" icon={<Clock20Regular aria-hidden />}>
      <strong>{because ? <Because reason={because} /> : 'Offered to a gateway.'}</strong>
      {because && <p>{remedyOf(because)}</p>}
      <p className="small">
        {run.position === null ? 'In' : `Place ${run.position} in`} the queue of{' '}
        <Link to="/gateway-clusters/$cluster/run-queue" params={{ cluster: run.cluster.id }}>
          {run.cluster.name}
        </Link>
        . Must start <Deadline at={run.startDeadlineAt} nowMs={now} />.
      </p>
      {explained.data?.starts && <Starts starts={explained.data.starts} />}
      {explained.data && <MemberAnswers members={explained.data.members} />}
    </Message>
  );
}

function Starts({ starts }: { readonly starts: PredictedStartOnWire }) {
  return (
    <>
      <p className="small">
        Starts <PredictedStart starts={starts} />.
      </p>
      {starts.atRisk && (
        <>
          <p>It will probably miss its start deadline. What helps:</p>
          <ul>
            {starts.whatHelps.map((help) => (
              <li key={help}>{help}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function FirstError({ run, error }: { readonly run: Run; readonly error: NonNullable<Run['error']> }) {
  return (
    <Message tone="bad" icon={<DismissCircle20Regular aria-hidden />}>
      <div className="small">
        {error.location ? (
          <>
            First error · {error.location.subflow} line {error.location.line}
            {error.actionName && ` · ${error.actionName}`}
          </>
        ) : (
          'Why it ended'
        )}{' '}
        · <ErrorCodeLink code={error.code} />
      </div>
      <strong className="wrap">{error.message}</strong>
      {error.details && <p className="wrap">{error.details}</p>}
      <RunHindsight run={run} />
      {error.location && (
        <p className="row">
          <Link
            to="/desktop-flows/$flow/edit"
            params={{ flow: run.flow.id }}
            search={{ line: String(error.location.line) }}
          >
            Go to the line
          </Link>
          <Link to="/runs" search={{ flow: run.flow.id, state: 'failed' }}>
            Failed runs of this flow
          </Link>
        </p>
      )}
    </Message>
  );
}

function Uncertain({ run }: { readonly run: Run }) {
  return (
    <Message tone="doubt" icon={<QuestionCircle20Regular aria-hidden />}>
      <strong>How this run ended is not known.</strong>
      <p>
        Known: it was on {run.gateway?.name ?? 'a gateway'}
        {run.startedAt ? ' and had started' : ''}
        {run.lastActionAt && (
          <>
            ; its last action was reported <Moment at={run.lastActionAt} />
          </>
        )}
        . Not known: whether it did the rest of its work. Look at what it works on before you resubmit it.
      </p>
    </Message>
  );
}

/** The gateway's heartbeat and the flow's progress are two facts: a machine can be alive while its flow hangs. */
function Progress({ run }: { readonly run: Run }) {
  const gateways = useQuery(gatewaysQuery);
  const gateway = gateways.data?.items.find((item) => item.id === run.gateway?.id);
  const lost = run.unreachableSince !== null;
  return (
    <Message
      tone={lost ? 'waiting' : 'active'}
      icon={lost ? <PlugDisconnected20Regular aria-hidden /> : <Clock20Regular aria-hidden />}
    >
      {lost ? (
        <strong>
          {run.gateway?.name} has not been reachable since <Moment at={run.unreachableSince} />. The run goes on there
          and is reported when the link is back.
        </strong>
      ) : (
        <span>
          Heartbeat of {run.gateway?.name ?? 'the gateway'}: <Moment at={gateway?.lastSeenAt ?? null} relative />
        </span>
      )}
      <p>Last action: {run.lastActionAt ? <Moment at={run.lastActionAt} relative /> : 'none yet'}</p>
    </Message>
  );
}
