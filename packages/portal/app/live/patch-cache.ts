import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run, RunQueueView } from '@deskhand/protocol/http/runs.ts';
import type { Query, QueryClient } from '@tanstack/react-query';
import { applyFold, type ShownPages } from './apply-fold.ts';
import type { Fold } from './fold-events.ts';

type Page = { readonly items: readonly Run[]; readonly nextCursor: string | null };

export function patchCache(cache: QueryClient, fold: Fold): void {
  applyFold(shownPages(cache), fold);
}

/** Everything whose key begins so, or all that is shown. */
export function askAgain(cache: QueryClient, ...queryKey: readonly string[]): void {
  const first = cache.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' });
  for (const query of first) if (query.state.data === undefined) askAfterFirst(cache, query);
  void cache.invalidateQueries({ queryKey });
}

const awaited = new WeakSet<Query>();

/** The cache asks nothing anew before its first answer, which may be older than what asks for it. */
function askAfterFirst(cache: QueryClient, query: Query): void {
  if (awaited.has(query)) return;
  awaited.add(query);
  const stop = cache.getQueryCache().subscribe((event) => {
    if (event.query !== query || query.state.fetchStatus === 'fetching') return;
    stop();
    awaited.delete(query);
    void cache.invalidateQueries({ queryKey: query.queryKey, exact: true });
  });
}

const shownPages = (cache: QueryClient): ShownPages => ({
  askAgain: (...queryKey) => askAgain(cache, ...queryKey),
  isAsking: (...queryKey) => cache.isFetching({ queryKey }) > 0,
  replaceRun: (run) => {
    if (cache.getQueryData(['run', run.id])) cache.setQueryData(['run', run.id], run);
  },
  replaceRunRows: (patch) => {
    cache.setQueriesData<Page>({ queryKey: ['runs'] }, (page) => {
      if (!page) return page;
      const items = patch(page.items);
      return items === page.items ? page : { ...page, items };
    });
  },
  replaceRunsInHand: (patch) => {
    cache.setQueriesData<RunQueueView>({ queryKey: ['run-queue'] }, (view) => {
      if (!view) return view;
      const running = patch(view.running);
      return running === view.running ? view : { ...view, running: [...running] };
    });
  },
  gatewayRows: () => cache.getQueryData<{ items: readonly Gateway[] }>(['gateways'])?.items,
  setGatewayRows: (items) => void cache.setQueryData<{ items: readonly Gateway[] }>(['gateways'], { items }),
});
