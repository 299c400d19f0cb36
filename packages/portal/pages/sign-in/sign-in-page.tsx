import { Button, Field, Input } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { setupQuery } from '../../api/queries.ts';
import { ProblemView } from '../../ui/states.tsx';
import { Entrance } from './entrance.tsx';

export function SignInPage() {
  const search = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const cache = useQueryClient();
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      const me = await api.signIn({ body: { email: email.trim(), password } });
      cache.clear();
      cache.setQueryData(['me'], me);
      await navigate({ href: ownAddress(search.return), replace: true });
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  return (
    <Entrance title="Sign in">
      {setup.data?.claimed === false && (
        <div className="message" data-tone="active">
          <div>
            <strong>This server has no account yet.</strong>
            <p>
              Open the one-time link that it printed when it started, or print a new one with{' '}
              <code>deskhand setup-code</code>.
            </p>
          </div>
        </div>
      )}
      <form className="form" onSubmit={(event) => void signIn(event)}>
        <Field label="Work e-mail" required>
          <Input type="email" autoComplete="username" value={email} onChange={(_event, { value }) => setEmail(value)} />
        </Field>
        <Field label="Password" required>
          <Input
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(_event, { value }) => setPassword(value)}
          />
        </Field>
        {refusal !== null && <ProblemView error={refusal} />}
        <Button type="submit" appearance="primary" disabledFocusable={busy}>
          Sign in
        </Button>
      </form>
      <p className="small faint">
        Forgot it? Ask an admin, or run <code>deskhand accounts reset-password</code> on the server.
      </p>
    </Entrance>
  );
}

/** Only a path of this portal: a link from elsewhere must not lead away after the sign-in. */
export function ownAddress(wanted: string | undefined): string {
  if (!wanted) return '/';
  const url = new URL(wanted, location.origin);
  const own = url.origin === location.origin && wanted.startsWith('/') && !url.pathname.startsWith('/sign-in');
  return own ? `${url.pathname}${url.search}${url.hash}` : '/';
}
