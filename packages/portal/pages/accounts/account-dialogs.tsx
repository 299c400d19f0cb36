import type { Role } from '@deskhand/domain/account/permissions.ts';
import { type Account, roles } from '@deskhand/protocol/http/accounts.ts';
import { Checkbox, Field, Input } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';

/** Sends a change of accounts, says that it was made, and has the list read anew. */
function useAccountChange(change: () => Promise<string>): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    noticeDone(await change());
    await cache.invalidateQueries({ queryKey: ['accounts'] });
  };
}

const roleWords: Record<Role, string> = {
  admin: 'Admin: everything, also machines and people',
  maker: 'Maker: makes flows and connections, submits runs',
  operator: 'Operator: submits runs, sees and steers everybody’s',
  viewer: 'Viewer: looks',
};

interface RolesFieldProps {
  readonly chosen: readonly Role[];
  readonly onChange: (roles: Role[]) => void;
}

function RolesField({ chosen, onChange }: RolesFieldProps) {
  return (
    <fieldset className="people">
      <legend className="strong">Roles</legend>
      {roles.map((role) => (
        <Checkbox
          key={role}
          label={roleWords[role]}
          checked={chosen.includes(role)}
          onChange={(_event, { checked }) =>
            onChange(roles.filter((other) => (other === role ? checked === true : chosen.includes(other))))
          }
        />
      ))}
    </fieldset>
  );
}

function OsAccountsField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <Field
      label="Own operating-system accounts"
      hint="Separated by commas. A run may sign in with these only when this person submits it."
    >
      <Input className="mono" value={value} onChange={(_event, data) => onChange(data.value)} />
    </Field>
  );
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

export function NewAccountDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, setChosen] = useState<Role[]>(['maker']);
  const [osAccounts, setOsAccounts] = useState('');
  const save = useAccountChange(async () => {
    const body = { name: name.trim(), email: email.trim(), password, roles: chosen, osAccounts: listOf(osAccounts) };
    const made = await api.createAccount({ body });
    return `Made an account for ${made.name}.`;
  });
  const whyNot = name.trim() && email.trim() && password ? null : 'Name, e-mail and first password are needed.';
  return (
    <FormDialog
      leaveLabel="Discard"
      title="New account"
      saveLabel="Make account"
      whyNot={whyNot}
      save={save}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label="Work e-mail" required>
        <Input type="email" value={email} autoComplete="off" onChange={(_event, { value }) => setEmail(value)} />
      </Field>
      <Field label="First password" required>
        <Input
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(_event, { value }) => setPassword(value)}
        />
      </Field>
      <RolesField chosen={chosen} onChange={setChosen} />
      <OsAccountsField value={osAccounts} onChange={setOsAccounts} />
    </FormDialog>
  );
}

interface AccountDialogProps {
  readonly account: Account;
  readonly onClose: () => void;
}

export function AccountDialog({ account, onClose }: AccountDialogProps) {
  const [name, setName] = useState(account.name);
  const [chosen, setChosen] = useState<Role[]>(account.roles);
  const [osAccounts, setOsAccounts] = useState(account.osAccounts.join(', '));
  const save = useAccountChange(async () => {
    const body = { name: name.trim(), roles: chosen, osAccounts: listOf(osAccounts) };
    await api.updateAccount({ params: { id: account.id }, body });
    return `Changed the account of ${name.trim()}.`;
  });
  return (
    <FormDialog
      leaveLabel="Discard"
      title={`Account of ${account.name}`}
      saveLabel="Save account"
      whyNot={name.trim() ? null : 'The account needs a name.'}
      save={save}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input value={name} maxLength={120} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <RolesField chosen={chosen} onChange={setChosen} />
      <OsAccountsField value={osAccounts} onChange={setOsAccounts} />
    </FormDialog>
  );
}

export function PasswordDialog({ account, onClose }: AccountDialogProps) {
  const [password, setPassword] = useState('');
  const save = useAccountChange(async () => {
    await api.resetPassword({ params: { id: account.id }, body: { password } });
    return `Set the password of ${account.name}; every sign-in was ended.`;
  });
  return (
    <FormDialog
      leaveLabel="Discard"
      title={`Password of ${account.name}`}
      saveLabel="Set password"
      whyNot={password ? null : 'Enter a password.'}
      save={save}
      onClose={onClose}
    >
      <Field label="New password" required hint="Every sign-in of the account ends.">
        <Input
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(_event, { value }) => setPassword(value)}
        />
      </Field>
    </FormDialog>
  );
}
