import { ApiError } from '@deskhand/protocol/http/client.ts';
import { QueryCache, QueryClient } from '@tanstack/react-query';

const RETRIES_MAX = 2;

/** Answers stay until an event says otherwise; refusals are not asked again, only a server that did not answer. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The sign-in ended under an open page: asking who we are leads to the sign-in page.
        const signedOut = error instanceof ApiError && error.problem.status === 401;
        if (signedOut && query.queryKey[0] !== 'me') void client.resetQueries({ queryKey: ['me'] });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: true,
        retry: (count, error) => count < RETRIES_MAX && isPassing(error),
      },
    },
  });
  return client;
}

function isPassing(error: Error): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.problem.code === 'server-unreachable' || error.problem.code === 'server-unavailable';
}
