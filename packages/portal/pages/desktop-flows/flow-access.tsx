import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { Button } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { accountsQuery } from '../../api/queries.ts';
import { useMe } from '../../app/me.tsx';
import { PeoplePicker } from '../../forms/people-picker.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { QueryView } from '../../ui/states.tsx';

/** Who may edit the flow and who may run it: begins with what is set, because saving replaces both lists. */
export function FlowAccess({ flow }: { readonly flow: DesktopFlow }) {
  const accounts = useQuery(accountsQuery);
  return (
    <QueryView query={accounts} skeletonRows={4}>
      {({ items }) => <ShareForm flow={flow} people={items.filter((person) => person.id !== flow.owner.id)} />}
    </QueryView>
  );
}

function ShareForm({
  flow,
  people,
}: {
  readonly flow: DesktopFlow;
  readonly people: Parameters<typeof PeoplePicker>[0]['people'];
}) {
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const { coOwners, users, setCoOwners, setUsers, isOutdated, latest, begin } = useChosen(flow, busy);
  const mayShare = me.id === flow.owner.id || flow.coOwners.includes(me.id) || me.roles.includes('admin');
  const save = async () => {
    setBusy(true);
    try {
      begin(await api.shareFlow({ params: { id: flow.id }, body: { coOwners: [...coOwners], users: [...users] } }));
      noticeDone(`Set who may use ${flow.name}.`);
    } catch (error) {
      noticeRefused('The access was not changed.', error);
    }
    setBusy(false);
  };
  return (
    <div className="card form">
      <p>
        Owner: <strong>{flow.owner.name}</strong>
      </p>
      {isOutdated && (
        <div className="message" data-tone="waiting" role="alert">
          <div className="grow">
            <strong>Somebody changed who has access while you were choosing.</strong>
            <p>Set access replaces that with what is chosen here.</p>
            <Button size="small" onClick={() => begin(latest)}>
              Show what is set now
            </Button>
          </div>
        </div>
      )}
      <PeoplePicker label="Co-owners: edit, run and share" people={people} chosen={coOwners} onChange={setCoOwners} />
      <PeoplePicker label="Users: run" people={people} chosen={users} onChange={setUsers} />
      <div>
        <ActionButton
          appearance="primary"
          busy={busy}
          disabledReason={
            mayShare ? null : `Only ${flow.owner.name}, a co-owner or an admin may change who has access.`
          }
          onClick={() => void save()}
        >
          Set access
        </ActionButton>
      </div>
    </div>
  );
}

type Shares = Pick<DesktopFlow, 'coOwners' | 'users'>;

const isSame = (some: Iterable<string>, others: Iterable<string>): boolean => {
  const [a, b] = [new Set(some), new Set(others)];
  return a.size === b.size && [...a].every((id) => b.has(id));
};
const areSame = (some: Shares, others: Shares): boolean =>
  isSame(some.coOwners, others.coOwners) && isSame(some.users, others.users);

/** What is chosen, and what it began from: a change of somebody else takes its place only where nobody chose anything. */
function useChosen(flow: DesktopFlow, busy: boolean) {
  const [seen, setSeen] = useState(flow);
  const [latest, setLatest] = useState<Shares>(flow);
  const [base, setBase] = useState<Shares>(flow);
  const [coOwners, setCoOwners] = useState<ReadonlySet<string>>(new Set(flow.coOwners));
  const [users, setUsers] = useState<ReadonlySet<string>>(new Set(flow.users));
  const begin = (from: Shares): void => {
    setLatest(from);
    setBase(from);
    setCoOwners(new Set(from.coOwners));
    setUsers(new Set(from.users));
  };
  const isTouched = !isSame(coOwners, base.coOwners) || !isSame(users, base.users);
  const isOther = !busy && !areSame(latest, base);
  if (flow !== seen) {
    setSeen(flow);
    setLatest(flow);
  } else if (isOther && !isTouched) begin(latest);
  return { coOwners, users, setCoOwners, setUsers, isOutdated: isOther && isTouched, latest, begin };
}
