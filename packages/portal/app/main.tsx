/**
 * The portal: every page a view of the API. State lives in the address, what may be done comes from the rules that the
 * server asks too, and nothing is kept here that the server does not know. Deliberately absent: a second model.
 */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/base.css';
import '../ui/layout.css';
import '../ui/table.css';
import '../ui/pages.css';
import '../ui/capacity.css';
import { homeQuery, meQuery } from '../api/queries.ts';
import { makeQueryClient } from './query-client.ts';
import { router } from './router.tsx';
import { ThemedRoot } from './theme.tsx';

const queryClient = makeQueryClient();

async function start(): Promise<void> {
  if (__SIMULATED__) {
    const { startSimulatedServer } = await import('../mock-api/server.ts');
    startSimulatedServer();
  }
  // Asked together with who we are, so that the home page needs one round trip.
  if (location.pathname === '/') {
    void queryClient.prefetchQuery(meQuery);
    void queryClient.prefetchQuery(homeQuery);
  }
  const place = document.getElementById('portal');
  if (!place) throw new Error('The page has no place for the portal.');
  createRoot(place).render(
    <StrictMode>
      <ThemedRoot>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ThemedRoot>
    </StrictMode>,
  );
}

void start();
