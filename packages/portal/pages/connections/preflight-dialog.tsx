import type { Connection } from '@deskhand/protocol/http/connections.ts';
import type { MemberPreflight, Preflight } from '@deskhand/protocol/http/preflight.ts';
import { preflightHelp } from '@deskhand/protocol/help-links.ts';
import { Spinner } from '@fluentui/react-components';
import { CheckmarkCircle16Filled, DismissCircle16Regular, QuestionCircle16Regular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { preflightQuery } from '../../api/queries.ts';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { useSending } from '../../ui/use-sending.ts';

interface PreflightDialogProps {
  readonly connection: Connection;
  readonly whyNotCheck: string | null;
  readonly onClose: () => void;
}

/** What each gateway says of the account. Nothing is checked by opening this: a check may cost the account one wrong try. */
export function PreflightDialog({ connection, whyNotCheck, onClose }: PreflightDialogProps) {
  const cache = useQueryClient();
  const query = useQuery(preflightQuery(connection.id));
  const { refusal, send } = useSending();
  const check = async (): Promise<void> => {
    const begun = await api.beginPreflight({ params: { id: connection.id } });
    cache.setQueryData(preflightQuery(connection.id).queryKey, begun);
  };
  return (
    <AskDialog
      title={`${connection.name} on every gateway`}
      askLabel={query.data?.state === 'never' ? 'Check now' : 'Check again'}
      whyNotAsk={whyNotCheck}
      isUnderWay={query.data?.state === 'under-way'}
      refusal={refusal}
      onAsk={() => void send(check)}
      onClose={onClose}
    >
      <QueryView query={query} skeletonRows={3}>
        {(found) => <PreflightView connection={connection} found={found} />}
      </QueryView>
    </AskDialog>
  );
}

function PreflightView({ connection, found }: { readonly connection: Connection; readonly found: Preflight }) {
  return (
    <div className="stack">
      <p>
        Asks each gateway whether it would sign in <code>{connection.accountName}</code>, without opening a session. A
        wrong password is tried once, and the last try before a lock is never used.{' '}
        <HelpLink to={preflightHelp}>Learn more</HelpLink>
      </p>
      {found.state === 'under-way' && <Spinner size="small" label="One gateway after another is asked" />}
      {found.members.length === 0 ? (
        <p>{connection.clusterName} has no gateways.</p>
      ) : (
        <Members members={found.members} />
      )}
      <p className="small faint">
        {found.begunAt === null ? (
          'Never checked. It is checked by itself once a day.'
        ) : (
          <>
            Last checked <Moment at={found.begunAt} relative /> by {found.begunBy}. It is checked by itself once a day.
          </>
        )}
      </p>
    </div>
  );
}

function Members({ members }: { readonly members: readonly MemberPreflight[] }) {
  return (
    <table className="values sentences" aria-label="What each gateway says">
      <tbody>
        {members.map((member) => (
          <tr key={member.gatewayId}>
            <th scope="row">
              <span className="row tight" style={{ flexWrap: 'nowrap' }}>
                <Verdict verdict={member.verdict} />
                {member.gatewayName}
              </span>
            </th>
            <td>
              <span className="wrap">{member.sentence}</span>
              {member.fix !== '' && (
                <p className="small wrap">
                  {menders[member.mender]}: {member.fix}
                </p>
              )}
              {member.answeredAt !== null && (
                <p className="small faint">
                  Answered <Moment at={member.answeredAt} relative />
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const menders: Readonly<Record<MemberPreflight['mender'], string>> = {
  'owner-of-connection': 'The owner of the connection',
  'admin-of-machine': 'An admin of the machine',
  'admin-of-cluster': 'An admin of the cluster',
  nobody: 'Nobody',
};

const looks = {
  yes: { tone: 'good', icon: <CheckmarkCircle16Filled aria-label="Yes" /> },
  no: { tone: 'bad', icon: <DismissCircle16Regular aria-label="No" /> },
  open: { tone: 'waiting', icon: <QuestionCircle16Regular aria-label="Not known" /> },
} as const;

function Verdict({ verdict }: Pick<MemberPreflight, 'verdict'>) {
  const { tone, icon } = looks[verdict];
  return (
    <span className="state" data-tone={tone}>
      {icon}
    </span>
  );
}
