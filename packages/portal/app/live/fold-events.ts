import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';

export type ChangedKind = Extract<LiveEvent, { type: 'changed' }>['data']['what'];

/** What a burst of events comes to: the newest value of each thing, once. */
export interface Fold {
  readonly runs: ReadonlyMap<string, Run>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** Cluster ids whose queue changed. */
  readonly queues: ReadonlySet<string>;
  /** Newest log line by run. */
  readonly logs: ReadonlyMap<string, number>;
  readonly changed: ReadonlyMap<ChangedKind, ReadonlySet<string>>;
  readonly reload: boolean;
}

/** Later events win, so that a page paints the last of a burst and nothing between. */
export function foldEvents(events: readonly LiveEvent[]): Fold {
  const runs = new Map<string, Run>();
  const gateways = new Map<string, Gateway>();
  const queues = new Set<string>();
  const logs = new Map<string, number>();
  const changed = new Map<ChangedKind, Set<string>>();
  let reload = false;
  for (const event of events) {
    switch (event.type) {
      case 'run':
        runs.set(event.data.id, event.data);
        break;
      case 'gateway':
        gateways.set(event.data.id, event.data);
        break;
      case 'run-queue':
        queues.add(event.data.clusterId);
        break;
      case 'run-log':
        logs.set(event.data.runId, Math.max(event.data.lastSeq, logs.get(event.data.runId) ?? 0));
        break;
      case 'changed':
        changed.set(event.data.what, new Set([...(changed.get(event.data.what) ?? []), event.data.id]));
        break;
      case 'reload':
        reload = true;
        break;
    }
  }
  return { runs, gateways, queues, logs, changed, reload };
}

/** Replaces the items that are in `newer`, and keeps the very same array when none is, so that nothing paints again. */
export function patchById<T extends { readonly id: string }>(
  items: readonly T[],
  newer: ReadonlyMap<string, T>,
): readonly T[] {
  if (!items.some((item) => newer.has(item.id))) return items;
  return items.map((item) => newer.get(item.id) ?? item);
}
