import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { QueryClient } from '@tanstack/react-query';
import { type ChangedKind, type Fold, patchById } from './fold-events.ts';

const keysOfChanged: Record<ChangedKind, readonly string[]> = {
  'desktop-flow': ['desktop-flows', 'desktop-flow', 'desktop-flow-versions', 'home'],
  connection: ['connections'],
  'gateway-cluster': ['gateway-clusters', 'home'],
  account: ['accounts'],
  settings: ['settings', 'recovery'],
};

/** Writes a fold into the query cache: rows by id in place, everything else asked again. */
export function patchCache(cache: QueryClient, fold: Fold): void {
  if (fold.reload) {
    void cache.invalidateQueries();
    return;
  }
  if (fold.runs.size > 0) patchRuns(cache, fold.runs);
  if (fold.gateways.size > 0) patchGateways(cache, fold.gateways);
  for (const clusterId of fold.queues) invalidate(cache, 'run-queue', clusterId);
  if (fold.queues.size > 0) invalidate(cache, 'gateway-clusters');
  for (const [what, ids] of fold.changed) {
    for (const key of keysOfChanged[what]) invalidate(cache, key);
    if (what === 'desktop-flow') for (const id of ids) invalidate(cache, 'desktop-flow-script', id);
  }
}

type Page = { readonly items: readonly Run[]; readonly nextCursor: string | null };

function patchRuns(cache: QueryClient, runs: ReadonlyMap<string, Run>): void {
  for (const [id, run] of runs) {
    if (cache.getQueryData(['run', id])) cache.setQueryData(['run', id], run);
    for (const key of ['run-events', 'run-explain', 'run-screenshots']) invalidate(cache, key, id);
  }
  cache.setQueriesData<Page>({ queryKey: ['runs'] }, (page) => {
    if (!page) return page;
    const items = patchById(page.items, runs);
    return items === page.items ? page : { ...page, items };
  });
  invalidate(cache, 'home');
}

function patchGateways(cache: QueryClient, gateways: ReadonlyMap<string, Gateway>): void {
  const known = cache.getQueryData<{ items: readonly Gateway[] }>(['gateways']);
  const unknown = known !== undefined && [...gateways.keys()].some((id) => !known.items.some((item) => item.id === id));
  if (unknown) invalidate(cache, 'gateways');
  else
    cache.setQueryData<{ items: readonly Gateway[] }>(['gateways'], (list) =>
      list ? { items: patchById(list.items, gateways) } : list,
    );
  invalidate(cache, 'gateway-clusters');
  invalidate(cache, 'home');
}

function invalidate(cache: QueryClient, ...queryKey: readonly string[]): void {
  void cache.invalidateQueries({ queryKey });
}
