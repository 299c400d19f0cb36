import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { Warning20Filled } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { accountsQuery } from '../../api/queries.ts';
import { PeoplePicker } from '../../forms/people-picker.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { QueryView } from '../../ui/states.tsx';

interface ShareDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

/** Sharing lets others run code as the account, and says so before it is done. */
export function ShareDialog({ connection, onClose }: ShareDialogProps) {
  const cache = useQueryClient();
  const accounts = useQuery(accountsQuery);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(connection.sharedWith));
  const save = async () => {
    await api.shareConnection({ params: { id: connection.id }, body: { accounts: [...chosen] } });
    noticeDone(`Set who may use ${connection.name}.`);
    await cache.invalidateQueries({ queryKey: ['connections'] });
  };
  return (
    <FormDialog title={`Share ${connection.name}`} saveLabel="Share connection" save={save} onClose={onClose}>
      <div className="message" data-tone="waiting">
        <Warning20Filled aria-hidden />
        <p>
          Whoever you share it with can run any desktop flow as <code>{connection.accountName}</code>: it lets them run
          code with everything that account may do.
        </p>
      </div>
      <QueryView query={accounts} skeletonRows={3}>
        {({ items }) => (
          <PeoplePicker
            label="People who may use it"
            people={items.filter((person) => person.id !== connection.owner?.id)}
            chosen={chosen}
            onChange={setChosen}
          />
        )}
      </QueryView>
    </FormDialog>
  );
}
