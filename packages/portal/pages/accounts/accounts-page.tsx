import type { Account } from '@deskhand/protocol/http/accounts.ts';
import { PersonAdd20Regular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { accountsQuery } from '../../api/queries.ts';
import { useMe, useWhyNotAllowed } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { ActionMenu, type MenuAction } from '../../ui/action-menu.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { AccountDialog, NewAccountDialog, PasswordDialog } from './account-dialogs.tsx';
import { useAccountActions } from './use-account-actions.tsx';

type Open = { readonly what: 'new' } | { readonly what: 'edit' | 'password'; readonly account: Account };

/** People, what they may do here, and which operating-system accounts are their own. */
export function AccountsPage() {
  const accounts = useQuery(accountsQuery);
  const whyNot = useWhyNotAllowed('account.admin');
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <PageFrame
      title="People and roles"
      actions={
        <ActionButton
          appearance="primary"
          icon={<PersonAdd20Regular />}
          disabledReason={whyNot}
          onClick={() => setOpen({ what: 'new' })}
        >
          New account
        </ActionButton>
      }
    >
      <QueryView query={accounts}>
        {({ items }) => <AccountTable accounts={items} whyNot={whyNot} onOpen={setOpen} />}
      </QueryView>
      {open?.what === 'new' && <NewAccountDialog onClose={close} />}
      {open?.what === 'edit' && <AccountDialog account={open.account} onClose={close} />}
      {open?.what === 'password' && <PasswordDialog account={open.account} onClose={close} />}
    </PageFrame>
  );
}

interface AccountTableProps {
  readonly accounts: readonly Account[];
  readonly whyNot: string | null;
  readonly onOpen: (open: Open) => void;
}

function AccountTable({ accounts, whyNot, onOpen }: AccountTableProps) {
  const me = useMe();
  const actions = useAccountActions();
  const menu = (account: Account): readonly MenuAction[] => [
    { label: 'Change account…', onSelect: () => onOpen({ what: 'edit', account }), disabledReason: whyNot },
    { label: 'Set password…', onSelect: () => onOpen({ what: 'password', account }), disabledReason: whyNot },
    {
      label: 'End all sign-ins',
      onSelect: () => void actions.endSignIns(account),
      disabledReason: whyNot,
    },
    {
      label: account.disabled ? 'Enable account' : 'Disable account',
      onSelect: () => void actions.setDisabled(account, !account.disabled),
      disabledReason: whyNot ?? (account.id === me.id ? 'You cannot disable your own account.' : null),
      divided: true,
    },
  ];
  return <DataTable label="Accounts" columns={columns(menu)} rows={accounts} keyOf={(account) => account.id} />;
}

const columns = (menu: (account: Account) => readonly MenuAction[]): readonly Column<Account>[] => [
  {
    key: 'name',
    header: 'Name',
    cell: (account) => (
      <span className="row tight" style={{ flexWrap: 'nowrap' }}>
        <span className="clip strong">{account.name}</span>
        {account.disabled && <span className="tag">Disabled</span>}
      </span>
    ),
  },
  { key: 'email', header: 'E-mail', cell: (account) => <span className="clip">{account.email}</span> },
  { key: 'roles', header: 'Roles', width: '180px', cell: (account) => account.roles.join(', ') || '–' },
  {
    key: 'os',
    header: 'Own operating-system accounts',
    secondary: true,
    cell: (account) => <span className="clip mono">{account.osAccounts.join(', ') || '–'}</span>,
  },
  {
    key: 'seen',
    header: 'Last sign-in',
    width: '128px',
    named: true,
    cell: (account) => <Moment at={account.lastSignInAt} relative />,
  },
  {
    key: 'menu',
    header: 'Actions',
    quiet: true,
    width: '48px',
    cell: (account) => (
      <div className="cell-menu">
        <ActionMenu label={`Actions for ${account.name}`} actions={menu(account)} />
      </div>
    ),
  },
];
