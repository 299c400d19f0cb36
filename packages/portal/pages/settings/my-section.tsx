import type { ApiToken } from '@deskhand/protocol/http/accounts.ts';
import { Button, Field, Input, Select } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { tokensQuery } from '../../api/queries.ts';
import { useMe } from '../../app/me.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';
import { Facts, Section } from '../../ui/page-frame.tsx';
import { Empty, ProblemView, QueryView } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

export function MySection() {
  const me = useMe();
  return (
    <>
      <div className="card">
        <Facts
          facts={[
            ['Name', me.name],
            ['E-mail', me.email],
            ['Roles', me.roles.join(', ') || '–'],
            ['Own operating-system accounts', <code key="os">{me.osAccounts.join(', ') || '–'}</code>],
          ]}
        />
      </div>
      <Tokens />
      <Section title="Change password">
        <PasswordForm />
      </Section>
    </>
  );
}

function Tokens() {
  const tokens = useQuery(tokensQuery);
  const cache = useQueryClient();
  const [shown, setShown] = useState<string | null>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: ['api-tokens'] });
  const revoke = async (token: ApiToken) => {
    try {
      await api.revokeToken({ params: { id: token.id } });
      noticeDone(`Revoked the token ${token.name}.`);
      await refresh();
    } catch (error) {
      noticeRefused(`The token ${token.name} was not revoked.`, error);
    }
  };
  return (
    <Section title="API tokens">
      <div className="stack">
        <NewToken
          onMade={(token) => {
            setShown(token);
            void refresh();
          }}
        />
        {shown && (
          <div className="message" data-tone="good">
            <div className="grow">
              <strong>Copy this token now. It is not shown again.</strong>
              <div className="one-line" style={{ marginTop: 8 }}>
                <code>{shown}</code>
                <CopyButton text={shown} label="Copy token" appearance="secondary" />
              </div>
            </div>
          </div>
        )}
        <QueryView query={tokens} skeletonRows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No API token">A token lets the command line and scripts act as you.</Empty>
            ) : (
              <DataTable
                label="API tokens"
                columns={tokenColumns((token) => void revoke(token))}
                rows={items}
                keyOf={(token) => token.id}
              />
            )
          }
        </QueryView>
      </div>
    </Section>
  );
}

const tokenColumns = (revoke: (token: ApiToken) => void): readonly Column<ApiToken>[] => [
  { key: 'name', header: 'Name', cell: (token) => <span className="clip strong">{token.name}</span> },
  { key: 'made', header: 'Made', width: '160px', named: true, cell: (token) => <Moment at={token.createdAt} /> },
  {
    key: 'expires',
    header: 'Expires',
    width: '160px',
    named: true,
    cell: (token) => (token.expiresAt ? <Moment at={token.expiresAt} relative /> : 'Never'),
  },
  {
    key: 'used',
    header: 'Last used',
    width: '160px',
    named: true,
    cell: (token) => <Moment at={token.lastUsedAt} relative />,
  },
  {
    key: 'revoke',
    header: 'Actions',
    quiet: true,
    width: '128px',
    cell: (token) => (
      <div className="cell-menu">
        <Button size="small" aria-label={`Revoke token ${token.name}`} onClick={() => revoke(token)}>
          Revoke token
        </Button>
      </div>
    ),
  },
];

const DAY_MS = 86_400_000;

function NewToken({ onMade }: { readonly onMade: (token: string) => void }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      const expiresAt = days === '' ? undefined : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      const made = await api.createToken({ body: { name: name.trim(), ...(expiresAt ? { expiresAt } : {}) } });
      setName('');
      onMade(made.token);
    } catch (error) {
      noticeRefused('The token was not made.', error);
    }
    setBusy(false);
  };
  return (
    <div className="row" style={{ alignItems: 'flex-end' }}>
      <Field label="Name of a new token">
        <Input value={name} maxLength={120} placeholder="laptop" onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label="Expires">
        <Select value={days} onChange={(_event, { value }) => setDays(value)}>
          <option value="30">In 30 days</option>
          <option value="90">In 90 days</option>
          <option value="365">In a year</option>
          <option value="">Never</option>
        </Select>
      </Field>
      <ActionButton
        busy={busy}
        disabledReason={name.trim() ? null : 'Give the token a name.'}
        onClick={() => void make()}
      >
        Make token
      </ActionButton>
    </div>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const change = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await api.changeMyPassword({ body: { current, next } });
      noticeDone('Changed your password; every other sign-in of yours was ended.');
      setCurrent('');
      setNext('');
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  return (
    <div className="card form">
      <Field label="Current password">
        <Input
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={(_event, { value }) => setCurrent(value)}
        />
      </Field>
      <Field label="New password">
        <Input
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={(_event, { value }) => setNext(value)}
        />
      </Field>
      {refusal !== null && <ProblemView error={refusal} />}
      <div>
        <ActionButton
          busy={busy}
          disabledReason={current && next ? null : 'Enter both passwords.'}
          onClick={() => void change()}
        >
          Change password
        </ActionButton>
      </div>
    </div>
  );
}
