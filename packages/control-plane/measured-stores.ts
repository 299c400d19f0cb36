import type { Metrics } from './adapters/metrics/metrics.ts';
import type { GatewayLinkStore } from './ports/gateway-links.ts';
import type { PlanCommit, RunQueueStore } from './ports/run-queue.ts';
import type { RunStore } from './ports/runs.ts';
import type { DeadlineStore } from './ports/sweeps.ts';

interface Measured {
  readonly links: GatewayLinkStore;
  readonly queue: RunQueueStore;
  readonly runs: RunStore;
  readonly deadlines: DeadlineStore;
}

/** Counts what was committed, where it is committed: use cases know nothing of metrics. */
export function measuredStores<S extends Measured>(stores: S, metrics: Metrics): S {
  const { links, queue, runs, deadlines } = stores;
  /** Every link that was opened here is closed here, also one that never carried work. */
  const open = new Set<string>();
  const committed = <Answer extends PlanCommit | undefined>(answer: Answer): Answer => {
    if (answer?.ok !== true) return answer;
    metrics.offered(answer.offered.length);
    if (answer.refused.length > 0) metrics.ended('failed', answer.refused.length);
    return answer;
  };
  return {
    ...stores,
    links: {
      ...links,
      acquire: async (...given) => {
        const answer = await links.acquire(...given);
        if (answer.moved) metrics.acquired();
        return answer;
      },
      rememberDecline: async (gatewayId, decline) => {
        await links.rememberDecline(gatewayId, decline);
        metrics.declined(decline.because.code);
      },
      openLink: async (link) => {
        const isOpen = await links.openLink(link);
        if (isOpen) open.add(linkName(link.gatewayId, link.linkNumber));
        metrics.linksOpen(open.size);
        if (isOpen) metrics.linkOpened();
        return isOpen;
      },
      closeLink: async (gatewayId, linkNumber) => {
        if (open.delete(linkName(gatewayId, linkNumber))) metrics.linkLost();
        metrics.linksOpen(open.size);
        return await links.closeLink(gatewayId, linkNumber);
      },
      end: async (...given) => {
        const did = await links.end(...given);
        if (did === 'ended') countEnd(metrics, given[1]);
        return did;
      },
      lose: async (...given) => {
        const isLost = await links.lose(...given);
        if (isLost) metrics.ended('uncertain');
        return isLost;
      },
    },
    queue: {
      ...queue,
      commit: async (plan) => committed(await queue.commit(plan)),
      commitLocked: async (...given) => committed(await queue.commitLocked(...given)),
    },
    runs: {
      ...runs,
      add: async (...given) => {
        const answer = await runs.add(...given);
        if (answer !== 'judge-again' && answer.offeredAt !== null) metrics.offered(1);
        return answer;
      },
      cancel: async (...given) => {
        const answer = await runs.cancel(...given);
        if (answer.did === 'cancelled') metrics.ended('cancelled');
        return answer;
      },
      cancelMany: async (...given) => {
        const cancelled = await runs.cancelMany(...given);
        const ended = cancelled.filter(({ answer }) => answer.did === 'cancelled').length;
        if (ended > 0) metrics.ended('cancelled', ended);
        return cancelled;
      },
    },
    deadlines: {
      ...deadlines,
      expire: async (...given) => {
        const isExpired = await deadlines.expire(...given);
        if (isExpired) metrics.ended('timedOut');
        return isExpired;
      },
    },
  };
}

const linkName = (gatewayId: string, linkNumber: number): string => `${gatewayId} ${String(linkNumber)}`;

function countEnd(metrics: Metrics, { state, phasesMs }: Parameters<GatewayLinkStore['end']>[1]): void {
  metrics.ended(state);
  const { signingIn, downloading } = phasesMs;
  if (signingIn !== undefined && downloading !== undefined) metrics.signedIn(downloading - signingIn);
}
