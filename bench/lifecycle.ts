import { randomUUID } from 'node:crypto';
import { openBenchServer } from './parts/bench-server.ts';
import { openGraphile } from './parts/graphile.ts';
import { report } from './parts/report.ts';
import { interleaved, median, rounded } from './parts/statistics.ts';

/**
 * Whole runs a second, everything durable: submit over HTTP, offer, acquire, start, succeed; sixteen in flight over stub
 * gateways. The peer adds and completes jobs one by one, unbatched, at the same concurrency.
 */
const IN_FLIGHT = 16;
const GATEWAYS = 4;
const RUNS_PER_BLOCK = 400;
const BLOCKS = 5;
const GOAL = 0.5;

export async function bench(): Promise<void> {
  const server = await openBenchServer({ gateways: GATEWAYS, accounts: IN_FLIGHT });
  const graphile = await openGraphile(server.databaseUrl, IN_FLIGHT);
  await inFlight(IN_FLIGHT, (lane) => wholeRun(server, lane));
  const ours = () => perSecond((lane) => wholeRun(server, lane));
  const peer = () => perSecond(() => wholeJob(graphile));
  const samples = await interleaved(BLOCKS, ours, peer);
  const figures = { ours: rounded(median(samples.ours), 1), peer: rounded(median(samples.peer), 1) };
  const ratio = rounded(figures.ours / figures.peer);
  report(
    {
      bench: 'lifecycle',
      ours: { runsPerSecond: figures.ours },
      peer: { jobsPerSecond: figures.peer },
      ratio: { throughput: ratio },
      goal: `>= ${GOAL} of graphile-worker unbatched`,
      met: ratio >= GOAL,
    },
    samples,
  );
}

type Server = Awaited<ReturnType<typeof openBenchServer>>;
type Graphile = Awaited<ReturnType<typeof openGraphile>>;

async function wholeRun(server: Server, lane: number): Promise<void> {
  const run = await server.submit(lane, randomUUID());
  await server.gateways.next((line) => line.ended === run.id);
}

async function wholeJob(graphile: Graphile): Promise<void> {
  const number = graphile.nextNumber();
  const ended = graphile.handler.next((line) => line.completed === number);
  await graphile.addJob('counted', { number });
  await ended;
}

async function perSecond(one: (lane: number) => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  let left = RUNS_PER_BLOCK;
  await inFlight(IN_FLIGHT, async (lane) => {
    while (left-- > 0) await one(lane);
  });
  return (RUNS_PER_BLOCK * 1000) / (performance.now() - startedMs);
}

async function inFlight(lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
}
