import { randomBytes } from 'node:crypto';
import { type LinkPace, linkPace } from '@deskhand/protocol/link/messages.ts';
import { type LinkVersions, linkVersions } from '@deskhand/protocol/link/versions.ts';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { EndableLinks } from '../../ports/gateway-links.ts';
import type { LinkUseCases } from '../../use-cases/link/create-link-use-cases.ts';
import { isProven } from './gateway-proof.ts';
import type { LinkLog } from './link-log.ts';
import { ServedLink } from './served-link.ts';
import type { ServedWire } from './served-wire.ts';

/**
 * Links that do not carry work yet. Whoever finds no room comes again after a growing pause, so enough are let in to keep
 * the server at work while a whole fleet comes back.
 */
const GREETINGS_MAX = 256;
/** Two for each of ten thousand gateways: after a break the old link may still stand when the new one comes. */
const LINKS_MAX = 20_000;

/** The server's end of all links of this replica: one for each gateway, the newest. */
export interface ServedLinks extends EndableLinks {
  hasRoom(): boolean;
  serve(wire: ServedWire, link: LinkUseCases, address: string): void;
  closeAll(): Promise<void>;
}

export interface ServedLinksParts {
  readonly log: LinkLog;
  readonly timers: Timers;
  readonly newNonce?: () => string;
  readonly isProven?: typeof isProven;
  /** Default: those of this release. */
  readonly versions?: LinkVersions;
  readonly pace?: LinkPace;
}

export function createServedLinks({
  log,
  timers,
  newNonce = () => randomBytes(32).toString('base64url'),
  isProven: judgeProof = isProven,
  versions = linkVersions,
  pace = linkPace,
}: ServedLinksParts): ServedLinks {
  const links = new Set<ServedLink>();
  const greeting = new Set<ServedLink>();
  const open = new Map<string, ServedLink>();
  /** Of every link until its end is noted, which a broken one has still before it when it is gone from `links`. */
  const ends = new Set<Promise<void>>();
  let isClosing = false;
  const stopBeat = timers.every(pace.heartbeatIntervalMs, () => {
    for (const link of links) link.beat({ silentForMs: pace.silenceMaxMs, askAfterMs: pace.heartbeatIntervalMs });
  });

  return {
    hasRoom: () => !isClosing && links.size < LINKS_MAX && greeting.size < GREETINGS_MAX,
    serve: (wire, link, address) => {
      const served = new ServedLink(wire, link, {
        log,
        timers,
        nonce: newNonce(),
        isProven: judgeProof,
        versions,
        heartbeatIntervalMs: pace.heartbeatIntervalMs,
        address,
        opened: (gatewayId, linkNumber) => {
          const held = open.get(gatewayId);
          if ((held?.linkNumber ?? 0) > linkNumber) return false;
          // The newer link replaces the older, whose messages are refused from now on (§7.5).
          held?.end(4001, 'A newer link of this gateway has taken over.');
          open.set(gatewayId, served);
          return true;
        },
        greeted: () => greeting.delete(served),
        closed: () => {
          links.delete(served);
          greeting.delete(served);
          if (served.gatewayId !== undefined && open.get(served.gatewayId) === served) open.delete(served.gatewayId);
        },
      });
      links.add(served);
      greeting.add(served);
      ends.add(served.ended);
      void served.ended.then(() => ends.delete(served.ended));
    },
    send: (gatewayId, message) => open.get(gatewayId)?.send(message) ?? false,
    close: (gatewayId, olderThan) => {
      const held = open.get(gatewayId);
      if (olderThan === undefined) held?.end(4003, 'The gateway was removed or quarantined.');
      else if ((held?.linkNumber ?? olderThan) < olderThan)
        held?.end(4001, 'A newer link of this gateway has taken over.');
    },
    closeAll: async () => {
      isClosing = true;
      stopBeat();
      for (const link of links) link.end(1012, 'The server stops.');
      await Promise.all(ends);
    },
  };
}
