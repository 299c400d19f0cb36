import type { Connection } from '@deskhand/protocol/http/connections.ts';
import { Button } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clustersQuery } from '../../api/queries.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Modal } from '../../ui/dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { ProblemView } from '../../ui/states.tsx';
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
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const cluster = clusters.data?.items.find((item) => item.id === connection.clusterId);
  const save = async () => {
    if (!cluster) return;
    setBusy(true);
    try {
      await storeSealedPassword(connection, cluster, password);
      noticeDone(`Sealed the new password of ${connection.name}.`);
      await cache.invalidateQueries({ queryKey: ['connections'] });
      onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  const whyNot = cluster?.publicKey ? (password === '' ? 'Enter the password.' : null) : 'The cluster has no key yet.';
  return (
    <Modal
      title={`Password of ${connection.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <ActionButton appearance="primary" busy={busy} disabledReason={whyNot} onClick={() => void save()}>
            Seal password
          </ActionButton>
        </>
      }
    >
      <p>
        Signs in as <code>{connection.accountName}</code>. Change the password on the machines first, then here.
      </p>
      <PasswordField label="New password" cluster={cluster} value={password} onChange={setPassword} />
      {refusal !== null && <ProblemView error={refusal} />}
    </Modal>
  );
}
