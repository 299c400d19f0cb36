import { LIVE_BEAT } from '@deskhand/protocol/http/live-pace.ts';
import type { OpenStream } from './live-link.ts';

const EVENT_NAMES = ['message', 'run', 'run-log', 'run-queue', 'gateway', 'changed', 'reload'] as const;

/** The stream as a browser holds it. */
export const openEventSource =
  (url: string): OpenStream =>
  (ears) => {
    const source = new EventSource(url, { withCredentials: true });
    source.addEventListener('open', ears.opened);
    source.addEventListener('error', ears.lost);
    source.addEventListener(LIVE_BEAT, ears.beat);
    const take = ({ data }: MessageEvent<string>) => ears.message(data);
    for (const name of EVENT_NAMES) source.addEventListener(name, take as EventListener);
    return () => source.close();
  };
