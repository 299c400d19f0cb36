import { useQuery } from '@tanstack/react-query';
import { Navigate, useLocation } from '@tanstack/react-router';
import { isProblem } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { ProblemView, useLate } from '../ui/states.tsx';
import { LiveProvider } from './live/live-context.tsx';
import { MeProvider } from './me.tsx';
import { Shell } from './shell.tsx';

/** Every page but sign-in and first run: somebody must be signed in, else the sign-in keeps the way back. */
export function SignedIn() {
  const me = useQuery(meQuery);
  const here = useLocation({ select: (location) => location.href });
  const late = useLate(me.isPending);
  if (me.isError && (isProblem(me.error, 'not-signed-in') || isProblem(me.error, 'sign-in-refused'))) {
    return <Navigate to="/sign-in" search={here === '/' ? {} : { return: here }} replace />;
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
