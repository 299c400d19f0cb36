import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { PredictedStart } from '../../ui/predicted-start.tsx';
import { SessionQuestions } from '../../ui/session-questions.tsx';
import { remedyOf } from '../../ui/wait-reason.tsx';
import { runName } from '../run/use-run-actions.tsx';
import type { QueueEntry } from './queue-columns.tsx';

type Member = QueueEntry['members'][number];

interface MemberReasonsProps {
  readonly entry: QueueEntry;
  readonly gateways: readonly Gateway[];
  /** What this page can do about a gateway's answer; null when only a person at the machine, or time, can. */
  readonly fixOf: (reason: Member['because'], gateway: Gateway) => MenuAction | null;
}

/** When a waiting run will start, and what each gateway says to it, with what would change that. */
export function MemberReasons({ entry, gateways, fixOf }: MemberReasonsProps) {
  const { run, members } = entry;
  return (
    <div className="stack tight">
      <Starts entry={entry} />
      {members.length === 0 ? (
        <span className="faint">{entry.because ? 'This cluster has no gateways.' : 'An offer is on its way.'}</span>
      ) : (
        <table className="members" aria-label={`What each gateway says to ${runName(run)}`}>
          <thead>
            <tr>
              <th scope="col">Gateway</th>
              <th scope="col">Its answer</th>
              <th scope="col">What helps</th>
              <th scope="col">
                <span className="sr-only">Put it right</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <tr key={member.gatewayId}>
                <th scope="row">{member.name}</th>
                <td>
                  {member.because.message}
                  <SessionQuestions member={member} />
                </td>
                <td>{remedyOf(member.because)}</td>
                <td>
                  <Fix
                    member={member}
                    clusterId={run.cluster.id}
                    gateway={gateways.find(({ id }) => id === member.gatewayId)}
                    fixOf={fixOf}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Starts({ entry: { starts } }: { readonly entry: QueueEntry }) {
  if (starts === null) return null;
  return (
    <div>
      Starts <PredictedStart starts={starts} />
      {starts.isGuess && ', a guess, because flows before it were hardly measured'}.
      {starts.atRisk && (
        <>
          {' '}
          <span className="state" data-tone="waiting">
            It will probably miss its start deadline.
          </span>
          <ul className="notes">
            {starts.whatHelps.map((help) => (
              <li key={help}>{help}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

interface FixProps {
  readonly member: Member;
  readonly clusterId: string;
  readonly gateway: Gateway | undefined;
  readonly fixOf: MemberReasonsProps['fixOf'];
}

function Fix({ member, clusterId, gateway, fixOf }: FixProps): ReactNode {
  const { code } = member.because;
  if (code === 'no-add-on')
    return (
      <Link to="/settings" search={{ section: 'server' }}>
        Change the number of add-ons
      </Link>
    );
  if (code === 'not-primary')
    return (
      <Link to="/gateway-clusters/$cluster" params={{ cluster: clusterId }}>
        Change who takes a run
      </Link>
    );
  const fix = gateway ? fixOf(member.because, gateway) : null;
  if (fix === null) return null;
  return (
    <ActionButton size="small" disabledReason={fix.disabledReason ?? null} onClick={fix.onSelect}>
      {fix.label}
    </ActionButton>
  );
}
