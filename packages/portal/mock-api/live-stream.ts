import { LIVE_BEAT, liveLinkPace } from '@deskhand/protocol/http/live-pace.ts';
import type { LiveEvent } from '@deskhand/protocol/http/system.ts';

const streams = new Set<SimulatedEventSource>();
let lost = false;

/** Stands in for the browser's EventSource and is fed by the simulated server. */
export class SimulatedEventSource extends EventTarget {
  readonly url: string;
  #opening: ReturnType<typeof setTimeout>;
  #beats: ReturnType<typeof setInterval> | undefined;

  constructor(url: string | URL) {
    super();
    this.url = String(url);
    this.#opening = setTimeout(() => {
      if (lost) {
        this.dispatchEvent(new Event('error'));
        return;
      }
      streams.add(this);
      this.#beats = setInterval(() => this.dispatchEvent(new MessageEvent(LIVE_BEAT)), liveLinkPace.beatIntervalMs);
      this.dispatchEvent(new Event('open'));
    }, 30);
  }

  close(): void {
    clearTimeout(this.#opening);
    clearInterval(this.#beats);
    streams.delete(this);
  }

  drop(): void {
    clearInterval(this.#beats);
    streams.delete(this);
    this.dispatchEvent(new Event('error'));
  }
}

export function sendLive(...events: readonly LiveEvent[]): void {
  for (const event of events) {
    const data = JSON.stringify(event);
    for (const stream of streams) stream.dispatchEvent(new MessageEvent(event.type, { data }));
  }
}

/** Cuts every stream, and lets none open until it is mended. */
export function loseLink(isLost: boolean): void {
  lost = isLost;
  if (isLost) for (const stream of [...streams]) stream.drop();
}
