import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
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
  const [coOwners, setCoOwners] = useState<ReadonlySet<string>>(new Set(flow.coOwners));
  const [users, setUsers] = useState<ReadonlySet<string>>(new Set(flow.users));
  const [busy, setBusy] = useState(false);
  const mayShare = me.id === flow.owner.id || flow.coOwners.includes(me.id) || me.roles.includes('admin');
  const save = async () => {
    setBusy(true);
    try {
      await api.shareFlow({ params: { id: flow.id }, body: { coOwners: [...coOwners], users: [...users] } });
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
