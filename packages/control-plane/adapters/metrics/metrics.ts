import { kindOfReason } from '@deskhand/domain/placement/reasons.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How one run queue stands now. */
export interface QueueState {
  readonly cluster: string;
  readonly waiting: number;
  readonly oldestWaitSeconds: number;
  readonly inHand: number;
  readonly gatewaysOnline: number;
  readonly gatewaysOffline: number;
  readonly journalsAwaited: number;
}

export interface HttpAnswer {
  readonly method: string;
  /** The route with its places, never an address that somebody typed. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

export type Metrics = ReturnType<typeof openMetrics>;

const FAST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SLOW_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/**
 * The figures of this server. Every label takes its values from a list of ours or is cut to a bound, so that no caller can
 * make the list of series grow. docs/operations/metrics.md says what each is for.
 */
export function openMetrics({ readQueues }: { readonly readQueues: () => Promise<readonly QueueState[]> }) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name, help, buckets, labelNames, registers });

  const offers = counter('deskhand_offers_total', 'Offers of runs that this server committed.');
  const acquires = counter('deskhand_acquires_total', 'Runs that gateways acquired through this server.');
  const declines = counter('deskhand_declines_total', 'Offers that gateways declined, by reason.', ['reason']);
  const ends = counter('deskhand_runs_ended_total', 'Runs that ended, by how.', ['state']);
  const linksOpened = counter('deskhand_links_opened_total', 'Links of gateways that were opened here.');
  const linksLost = counter('deskhand_links_lost_total', 'Links of gateways that ended here.');
  const linksOpen = new Gauge({ name: 'deskhand_links_open', help: 'Links that are open here now.', registers });
  const plan = histogram('deskhand_plan_seconds', 'Time to plan a run queue and commit the plan.', FAST_SECONDS);
  const lag = histogram('deskhand_event_lag_seconds', 'From a change to the live stream of every page.', FAST_SECONDS);
  const signIn = histogram(
    'deskhand_sign_in_seconds',
    'Signing an account in, as its gateway measured it.',
    SLOW_SECONDS,
  );
  const http = histogram('deskhand_http_request_seconds', 'Answers to HTTP requests.', FAST_SECONDS, [
    'method',
    'route',
    'status',
  ]);
  const perCluster = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['cluster'] as const, registers });
  const queues = {
    waiting: perCluster('deskhand_queue_runs', 'Runs that wait in the run queue of a cluster.'),
    oldestWaitSeconds: perCluster('deskhand_queue_oldest_wait_seconds', 'How long the oldest of them has waited.'),
    inHand: perCluster('deskhand_runs_in_hand', 'Runs that gateways of a cluster have in hand.'),
    gatewaysOnline: perCluster('deskhand_gateways_online', 'Gateways of a cluster with a link to any server.'),
    gatewaysOffline: perCluster('deskhand_gateways_offline', 'Gateways of a cluster without one.'),
    journalsAwaited: perCluster('deskhand_journals_awaited', 'Gateways whose journal is missing after a restore.'),
  } as const;

  const readNow = async (): Promise<void> => {
    const states = await readQueues();
    for (const gauge of Object.values(queues)) gauge.reset();
    for (const { cluster, ...figures } of states)
      for (const [name, value] of Object.entries(figures)) queues[name as keyof typeof queues].set({ cluster }, value);
  };
  return {
    offered: (count: number) => offers.inc(count),
    acquired: () => acquires.inc(),
    declined: (code: string) => declines.inc({ reason: code in kindOfReason ? code : 'other' }),
    ended: (state: 'succeeded' | 'failed' | 'cancelled' | 'timedOut' | 'uncertain', count = 1) =>
      ends.inc({ state }, count),
    linkOpened: () => linksOpened.inc(),
    linkLost: () => linksLost.inc(),
    linksOpen: (count: number) => linksOpen.set(count),
    planned: (ms: number) => plan.observe(ms / 1000),
    told: (ms: number) => lag.observe(ms / 1000),
    signedIn: (ms: number) => signIn.observe(ms / 1000),
    answered: ({ method, route, status, ms }: HttpAnswer) =>
      http.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, ms / 1000),
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    contentType: registry.contentType,
    /** Prometheus' text; without the figures of the queues while the database is away. */
    text: async (): Promise<string> => {
      await readNow().catch(() => {
        for (const gauge of Object.values(queues)) gauge.reset();
      });
      return await registry.metrics();
    },
  };
}
