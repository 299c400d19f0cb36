import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clustersQuery } from '../../api/queries.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { PasswordField } from './password-field.tsx';
import { storeSealedPassword } from './seal-password.ts';

interface RotateDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
}

export function RotateDialog({ connection, onClose }: RotateDialogProps) {
  const cache = useQueryClient();
  const clusters = useQuery(clustersQuery);
  const [password, setPassword] = useState('');
  const cluster = clusters.data?.items.find((item) => item.id === connection.clusterId);
  const save = async () => {
    if (!cluster) return;
    await storeSealedPassword(connection, cluster, password);
    noticeDone(`Sealed the new password of ${connection.name}.`);
    await cache.invalidateQueries({ queryKey: ['connections'] });
  };
  const whyNot = cluster?.publicKey ? (password === '' ? 'Enter the password.' : null) : 'The cluster has no key yet.';
  return (
    <FormDialog
      title={`Password of ${connection.name}`}
      saveLabel="Seal password"
      whyNot={whyNot}
      save={save}
      onClose={onClose}
    >
      <p>
        Signs in as <code>{connection.accountName}</code>. Change the password on the machines first, then here.
      </p>
      <PasswordField label="New password" cluster={cluster} value={password} onChange={setPassword} />
    </FormDialog>
  );
}
