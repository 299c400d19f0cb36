import type { GatewayCluster } from '@deskhand/protocol/http/gateways.ts';
import { Field, Input, Radio, RadioGroup, Select, Switch } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { PasswordField } from './password-field.tsx';
import { storeSealedPassword } from './seal-password.ts';

interface NewConnectionDialogProps {
  readonly clusters: readonly GatewayCluster[];
  readonly onClose: () => void;
}

export function NewConnectionDialog({ clusters, onClose }: NewConnectionDialogProps) {
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [clusterId, setClusterId] = useState(clusters[0]?.id ?? '');
  const [accountName, setAccountName] = useState('');
  const [password, setPassword] = useState('');
  const [whenSessionBlocked, setWhenSessionBlocked] = useState<'fail' | 'wait'>('fail');
  const [notifications, setNotifications] = useState(true);
  const cluster = clusters.find((item) => item.id === clusterId);
  const create = async () => {
    const body = { name: name.trim(), clusterId, accountName: accountName.trim(), whenSessionBlocked, notifications };
    const made = await api.createConnection({ body });
    if (password !== '' && cluster?.publicKey) await sealOrSay(made, cluster, password);
    else noticeDone(`Made connection ${made.name}.`);
    await cache.invalidateQueries({ queryKey: ['connections'] });
  };
  return (
    <FormDialog
      title="New connection"
      saveLabel="Make connection"
      leaveLabel="Discard"
      whyNot={whyNot(clusters, name, accountName)}
      save={create}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label="Gateway cluster" required>
        <Select value={clusterId} onChange={(_event, { value }) => setClusterId(value)}>
          {clusters.map((item) => (
            <option key={item.id} value={item.id}>
              {item.name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Account name" required hint="As on the machine: alice, .\alice, SERVER\alice or alice@corp.example">
        <Input value={accountName} autoComplete="off" onChange={(_event, { value }) => setAccountName(value)} />
      </Field>
      <PasswordField label="Password of the account" cluster={cluster} value={password} onChange={setPassword} />
      <Field label="When a locked or open session blocks a run">
        <RadioGroup
          value={whenSessionBlocked}
          onChange={(_event, { value }) => setWhenSessionBlocked(value === 'wait' ? 'wait' : 'fail')}
        >
          <Radio value="fail" label="The run fails and says why" />
          <Radio value="wait" label="The run waits until the session is gone" />
        </RadioGroup>
      </Field>
      <Switch
        label="Show notifications in the session"
        checked={notifications}
        onChange={(_event, { checked }) => setNotifications(checked)}
      />
    </FormDialog>
  );
}

/** The connection exists already when its password is refused; that is said, and the password can be set again. */
async function sealOrSay(made: Parameters<typeof storeSealedPassword>[0], cluster: GatewayCluster, password: string) {
  try {
    await storeSealedPassword(made, cluster, password);
    noticeDone(`Made connection ${made.name}; its password is sealed.`);
  } catch (error) {
    noticeRefused(`Made connection ${made.name}, but its password was not stored.`, error);
  }
}

function whyNot(clusters: readonly GatewayCluster[], name: string, accountName: string): string | null {
  if (clusters.length === 0) return 'Enrol a machine first: a connection belongs to a gateway cluster.';
  if (name.trim() === '') return 'Give the connection a name.';
  if (accountName.trim() === '') return 'Name the account.';
  return null;
}
