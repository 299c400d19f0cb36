import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isProblem } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { ProblemView, useLate } from '../ui/states.tsx';
import { LiveProvider } from './live/live-context.tsx';
import { MeProvider } from './me.tsx';
import { Shell } from './shell.tsx';

/** Every page but sign-in and first run: somebody must be signed in, else the sign-in keeps the way back. */
export function SignedIn() {
  const me = useQuery(meQuery);
  const late = useLate(me.isPending);
  if (me.isError && (isProblem(me.error, 'not-signed-in') || isProblem(me.error, 'sign-in-refused'))) {
    return <ToSignIn />;
  }
  if (me.data === undefined && me.isError) {
    return (
      <div className="centred-page">
        <main>
          <ProblemView error={me.error} onRetry={() => void me.refetch()} />
        </main>
      </div>
    );
  }
  if (me.data === undefined) {
    return (
      <div className="shell" aria-busy="true">
        {late && <header className="top-bar">Deskhand</header>}
      </div>
    );
  }
  return (
    <MeProvider value={me.data}>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </MeProvider>
  );
}

/** Leads away once: the address that is kept is the one where the sign-in was missing, not the sign-in page itself. */
function ToSignIn() {
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(() => {
    const { href, pathname } = router.latestLocation;
    if (pathname === '/sign-in') return;
    void navigate({ to: '/sign-in', search: href === '/' ? {} : { return: href }, replace: true });
  }, [navigate, router]);
  return null;
}
