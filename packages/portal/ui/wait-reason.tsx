import type { Run, SessionQuestion } from '@deskhand/protocol/http/runs.ts';
import { formatDuration, formatFull, withLocalTimes } from './format.ts';
import { SessionQuestions } from './session-questions.tsx';

type Reason = NonNullable<Run['because']>;

/** What would change the answer; times in it are those of whoever reads it. */
export const remedyOf = ({ remedy }: Pick<Reason, 'remedy'>): string => withLocalTimes(remedy, Date.now());

/** One line that says why a run waits; what to do about it stands in the tooltip and in the member table. */
export function Because({ reason }: { readonly reason: Reason }) {
  return (
    <span className="wrap" title={remedyOf(reason)}>
      {reason.message}
    </span>
  );
}

interface Member {
  readonly gatewayId: string;
  readonly name: string;
  readonly because: Reason;
  readonly questions?: readonly SessionQuestion[];
  readonly cannotAsk?: string;
}

/** Every member's own answer, with what would change it. */
export function MemberAnswers({ members }: { readonly members: readonly Member[] }) {
  if (members.length === 0) return <span className="faint">This cluster has no gateways.</span>;
  return (
    <table className="members" aria-label="Answer of every gateway">
      <tbody>
        {members.map((member) => (
          <tr key={member.gatewayId}>
            <td className="strong">{member.name}</td>
            <td>
              {member.because.message}
              <SessionQuestions member={member} />
            </td>
            <td className="faint">{remedyOf(member.because)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SOON_MS = 30 * 60_000;

/** The start deadline, in words and amber when it is near. */
export function Deadline({ at, nowMs }: { readonly at: string; readonly nowMs: number }) {
  const left = Date.parse(at) - nowMs;
  const tone = left < SOON_MS ? 'waiting' : undefined;
  return (
    <span className={tone ? 'state num' : 'num'} {...(tone ? { 'data-tone': tone } : {})} title={formatFull(at)}>
      {left <= 0 ? 'passed' : `in ${formatDuration(left)}`}
    </span>
  );
}
