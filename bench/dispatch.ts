import { randomUUID } from 'node:crypto';
import { openBenchServer } from './parts/bench-server.ts';
import { openGraphile } from './parts/graphile.ts';
import { report } from './parts/report.ts';
import { interleaved, percentile, rounded } from './parts/statistics.ts';

/**
 * From the submit over HTTP to the moment a gateway in another process learns that its acquire was committed, one after
 * the other; against graphile-worker's addJob → handler in its own process on the same PostgreSQL.
 */
const SUBMITS = 1_000;
const BLOCKS = 5;
const WARM_UP = 50;
const GOAL = { p50: 1.5, p99: 2 };

export async function bench(): Promise<void> {
  const server = await openBenchServer({ gateways: 1, accounts: 1 });
  const graphile = await openGraphile(server.databaseUrl);
  await dispatchOurs(server, WARM_UP);
  await dispatchPeer(graphile, WARM_UP);
  const each = SUBMITS / BLOCKS;
  const samples = await interleaved(
    BLOCKS,
    () => dispatchOurs(server, each),
    () => dispatchPeer(graphile, each),
  );
  const ours = figures(samples.ours.flat());
  const peer = figures(samples.peer.flat());
  const ratio = { p50: rounded(ours.p50Ms / peer.p50Ms), p99: rounded(ours.p99Ms / peer.p99Ms) };
  const met = ratio.p50 <= GOAL.p50 && ratio.p99 <= GOAL.p99;
  report(
    {
      bench: 'dispatch',
      ours,
      peer,
      ratio,
      goal: `p50 <= ${GOAL.p50} and p99 <= ${GOAL.p99} times graphile-worker`,
      met,
    },
    samples,
  );
}

type Server = Awaited<ReturnType<typeof openBenchServer>>;
type Graphile = Awaited<ReturnType<typeof openGraphile>>;

async function dispatchOurs(server: Server, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedMs = performance.timeOrigin + performance.now();
    const run = await server.submit(0, randomUUID());
    const { atMs } = await server.gateways.next<{ atMs: number }>((line) => line.acquired === run.id);
    samples.push(atMs - startedMs);
    await server.gateways.next((line) => line.ended === run.id);
  }
  return samples;
}

async function dispatchPeer(graphile: Graphile, count: number): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const number = graphile.nextNumber();
    const startedMs = performance.timeOrigin + performance.now();
    await graphile.addJob('noted', { number });
    const { atMs } = await graphile.handler.next<{ atMs: number }>((line) => line.handled === number);
    samples.push(atMs - startedMs);
  }
  return samples;
}

const figures = (samples: readonly number[]) => ({
  p50Ms: rounded(percentile(samples, 0.5)),
  p99Ms: rounded(percentile(samples, 0.99)),
});
