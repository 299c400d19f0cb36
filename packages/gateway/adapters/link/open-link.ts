import { pause } from '@deskhand/protocol/timers.ts';
import type { Link, LinkHandlers, WorkMessage } from '../../ports/link.ts';
import { REFUSED_RETRY_MS, reconnectDelayMs, sentOnDelayMs } from './back-off.ts';
import type { LinkOptions } from './link-options.ts';
import { LinkSession, type SessionEnd } from './link-session.ts';

/** Links to the server and links again, for as long as the gateway lives. Nothing is lost with a link. */
export class ServerLink implements Link {
  readonly #options: LinkOptions;
  readonly #stopping = new AbortController();
  #handlers: LinkHandlers | undefined;
  #session: LinkSession | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    this.#ended = this.#keepLinked(handlers);
  }

  send(message: WorkMessage): boolean {
    return this.#session?.send(message) ?? false;
  }

  isUp(): boolean {
    return this.#session?.isUp() ?? false;
  }

  hasRoom(): boolean {
    return this.#session?.hasRoom() ?? false;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#session?.close();
    await this.#ended;
  }

  async #keepLinked(handlers: LinkHandlers): Promise<void> {
    for (let tries = 1; !this.#stopping.signal.aborted; tries++) {
      const end = await this.#linkOnce(handlers);
      if (this.#stopping.signal.aborted) return;
      if (end.wasUp) {
        tries = 1;
        handlers.down();
      }
      const delayMs = delayAfter(end, tries, this.#options.random());
      const { because, code } = end;
      this.#options.onDown?.({ because, code });
      this.#options.log.warn({ because, code, retryInMs: delayMs }, 'the link to the server is down');
      await pause(this.#options.timers, delayMs, this.#stopping.signal);
    }
  }

  async #linkOnce(handlers: LinkHandlers): Promise<SessionEnd> {
    const session = new LinkSession(this.#options, handlers, this.#stopping.signal);
    this.#session = session;
    try {
      return await session.run();
    } finally {
      this.#session = undefined;
    }
  }
}

function delayAfter({ needsPerson, isSentOn }: SessionEnd, tries: number, random: number): number {
  if (needsPerson) return REFUSED_RETRY_MS;
  return isSentOn && tries === 1 ? sentOnDelayMs(random) : reconnectDelayMs(tries, random);
}
