import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';

/** What somebody knows who reads the live stream, as a page does: by its events, and by reading anew when told to. */
export interface EventReader {
  stateOf(runId: string): string | undefined;
  /** How long each break of the stream lasted, the pause before coming back included. */
  readonly gapsMs: readonly number[];
  readonly reloads: () => number;
  close(): Promise<void>;
}

/** As the stream itself asks for. */
const RETRY_MS = 2_000;

export function readEvents(address: string, token: string, client: ApiClient): EventReader {
  const states = new Map<string, string>();
  const gapsMs: number[] = [];
  const stopping = new AbortController();
  let lastEventId: string | undefined;
  let lostAtMs: number | undefined;
  let reloads = 0;
  const reload = async (): Promise<void> => {
    reloads += 1;
    const { items } = await client.listRuns({ query: { limit: 200 } });
    for (const run of items) states.set(run.id, run.state);
  };
  const take = async (block: string): Promise<void> => {
    lastEventId = /^id: (.+)$/m.exec(block)?.[1] ?? lastEventId;
    const data = /^data: (.+)$/m.exec(block)?.[1];
    const event = data === undefined ? undefined : (JSON.parse(data) as LiveEvent);
    if (event?.type === 'run') states.set(event.data.id, event.data.state);
    if (event?.type === 'reload') await reload();
  };
  const readOnce = async (): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
    const response = await fetch(`${address}/api/v1/events`, { headers, signal: stopping.signal });
    if (!response.ok || response.body === null) throw new Error(`The stream was refused: ${response.status}`);
    if (lostAtMs !== undefined) gapsMs.push(performance.now() - lostAtMs);
    lostAtMs = undefined;
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) await take(block);
    }
  };
  const read = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await readOnce().catch(() => undefined);
      lostAtMs ??= performance.now();
      await pause(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const reading = read();
  return {
    stateOf: (runId) => states.get(runId),
    gapsMs,
    reloads: () => reloads,
    close: async () => {
      stopping.abort();
      await reading;
    },
  };
}
