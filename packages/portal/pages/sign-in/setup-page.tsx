import { Button, Field, Input } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { setupQuery } from '../../api/queries.ts';
import { ProblemView } from '../../ui/states.tsx';
import { Entrance } from './entrance.tsx';

/** The first admin, by the one-time link that the server printed. */
export function SetupPage() {
  const setup = useQuery(setupQuery);
  const code = useCodeFromLink();
  if (setup.data?.claimed)
    return (
      <Entrance title="Already set up">
        <p>The first admin exists already. Sign in, or ask an admin for an account.</p>
        <Link to="/sign-in" search={{}}>
          Sign in
        </Link>
      </Entrance>
    );
  if (code === '')
    return (
      <Entrance title="Set up Deskhand">
        <p>
          This page opens with the one-time link that the server printed when it started. Print a new one with{' '}
          <code>deskhand setup-code</code>.
        </p>
      </Entrance>
    );
  return (
    <Entrance title="Set up Deskhand">
      <p className="faint">You become the first admin of this server. Everything stays on it.</p>
      <SetupForm code={code} />
    </Entrance>
  );
}

/** Read once and taken out of the address at once, so that it stays in no history and no screenshot. */
function useCodeFromLink(): string {
  const [code] = useState(() => new URLSearchParams(location.hash.slice(1)).get('code') ?? '');
  useEffect(() => {
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname);
  }, []);
  return code;
}

function SetupForm({ code }: { readonly code: string }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [domain, setDomain] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const fromEmail = email.split('@')[1] ?? '';
  const allowedDomain = domain ?? fromEmail;
  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      const body = { code, name: name.trim(), email: email.trim(), password };
      const me = await api.claimSetup({ body: allowedDomain ? { ...body, allowedDomain } : body });
      cache.clear();
      cache.setQueryData(['me'], me);
      await navigate({ to: '/', replace: true });
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={(event) => void create(event)}>
      <Field label="Your name" required>
        <Input autoComplete="name" value={name} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field label="Work e-mail" required>
        <Input type="email" autoComplete="username" value={email} onChange={(_event, { value }) => setEmail(value)} />
      </Field>
      <Field label="Password" required hint="A long one is better than a complicated one.">
        <Input
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(_event, { value }) => setPassword(value)}
        />
      </Field>
      <Field label="Allowed domain" hint="Only accounts of this mail domain can be made here. You can add more later.">
        <Input value={allowedDomain} onChange={(_event, { value }) => setDomain(value)} />
      </Field>
      {refusal !== null && <ProblemView error={refusal} />}
      <Button type="submit" appearance="primary" disabledFocusable={busy}>
        Create account and continue
      </Button>
    </form>
  );
}
