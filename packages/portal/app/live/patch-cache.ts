import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { QueryClient } from '@tanstack/react-query';
import { applyFold, type ShownPages } from './apply-fold.ts';
import type { Fold } from './fold-events.ts';

type Page = { readonly items: readonly Run[]; readonly nextCursor: string | null };

export function patchCache(cache: QueryClient, fold: Fold): void {
  applyFold(shownPages(cache), fold);
}

const shownPages = (cache: QueryClient): ShownPages => ({
  askAgain: (...queryKey) => void cache.invalidateQueries(queryKey.length === 0 ? {} : { queryKey }),
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
  gatewayRows: () => cache.getQueryData<{ items: readonly Gateway[] }>(['gateways'])?.items,
  setGatewayRows: (items) => void cache.setQueryData<{ items: readonly Gateway[] }>(['gateways'], { items }),
});
