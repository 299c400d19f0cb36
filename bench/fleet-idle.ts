import { randomUUID } from 'node:crypto';
import { untilAnswered } from './parts/answered.ts';
import {
  addClusters,
  FLEET_WAIT_MS,
  type FleetCluster,
  type FleetServer,
  give,
  openFleet,
  openFleetServer,
} from './parts/fleet-world.ts';
import { options } from './parts/options.ts';
import type { Program } from './parts/programs.ts';
import { loadBefore, report } from './parts/report.ts';
import { percentile, rounded } from './parts/statistics.ts';
import { usageOf, usageOfTree, used } from './parts/usage.ts';

/**
 * Ten thousand gateways without work: what each costs, and how they come back after every link broke at once, while a few
 * others keep their links and are offered runs.
 */
const GATEWAYS = options().gateways(10_000);
const PROCESSES = 2;
const STEADY_GATEWAYS = 20;
const SUBMIT_EVERY_MS = 100;
const QUIET_MS = 15_000;
const GOAL = { memoryMb: 250, backMs: 60_000, offerP99Ms: 1_000 };

export async function bench(): Promise<void> {
  const load = loadBefore();
  const server = await openFleetServer();
  const steadyCluster = await server.addCluster(STEADY_GATEWAYS);
  const steady = await openFleet(server, [steadyCluster], { sessionLimit: STEADY_GATEWAYS, keepsRuns: false });
  await offersUntil(server, steady, steadyCluster, pause(QUIET_MS / 3));
  const without = usageOf(pidOf(server));
  const { programs, linkedMs } = await linkAll(server);
  const quiet = await measureQuiet(server, steady, steadyCluster);
  const memoryMb = rounded((usageOf(pidOf(server)).memoryBytes - without.memoryBytes) / 1e6, 0);
  const storm = await dropAll(server, programs, steady, steadyCluster);
  const { memoryMb: mostMb, backMs: mostMs, offerP99Ms } = GOAL;
  report(
    {
      bench: 'fleet-idle',
      ours: {
        gateways: GATEWAYS,
        memoryMb,
        memoryKbEach: rounded((memoryMb * 1000) / GATEWAYS, 1),
        linkedMs,
        quiet: quiet.figures,
        storm: storm.figures,
        load,
      },
      goal: `<= ${mostMb} MB for ${GATEWAYS}, all back within ${mostMs / 1000} s, offers meanwhile p99 < ${offerP99Ms} ms`,
      met: memoryMb <= mostMb && storm.figures.allBackMs <= mostMs && storm.figures.offerP99Ms < offerP99Ms,
    },
    { offersQuietMs: quiet.offersMs, offersInStormMs: storm.offersMs, backMs: storm.afterMs },
  );
}

const pidOf = (server: FleetServer): number => server.server.process.pid as number;

async function linkAll(server: FleetServer): Promise<{ programs: readonly Program[]; linkedMs: number }> {
  const clusters = await addClusters(server, GATEWAYS);
  const each = Math.ceil(clusters.length / PROCESSES);
  const startedMs = performance.now();
  const programs = await Promise.all(
    Array.from({ length: PROCESSES }, (_, at) =>
      openFleet(server, clusters.slice(at * each, (at + 1) * each), { sessionLimit: 1, keepsRuns: true }),
    ),
  );
  process.stderr.write(`${GATEWAYS} gateways are linked\n`);
  return { programs, linkedMs: rounded(performance.now() - startedMs, 0) };
}

async function measureQuiet(server: FleetServer, steady: Program, cluster: FleetCluster) {
  // The first heartbeats of all, and the garbage of their greetings, are over.
  await pause(QUIET_MS);
  const usage = () => ({ server: usageOf(pidOf(server)), postgres: usageOfTree(server.postmasterPid() as number) });
  const before = usage();
  const startedMs = performance.now();
  const offersMs = await offersUntil(server, steady, cluster, pause(QUIET_MS));
  const seconds = (performance.now() - startedMs) / 1000;
  const after = usage();
  const server_ = used(before.server, after.server, seconds);
  return {
    offersMs,
    figures: { server: server_, postgres: used(before.postgres, after.postgres, seconds), ...offerFigures(offersMs) },
  };
}

async function dropAll(server: FleetServer, programs: readonly Program[], steady: Program, cluster: FleetCluster) {
  for (const program of programs) give(program, { order: 'drop' });
  const back = Promise.all(
    programs.map((program) => program.next<{ afterMs: number[] }>((line) => line.back !== undefined, FLEET_WAIT_MS)),
  );
  const offersMs = await offersUntil(server, steady, cluster, back);
  const afterMs = (await back).flatMap((one) => one.afterMs);
  const figures = {
    medianBackMs: rounded(percentile(afterMs, 0.5), 0),
    allBackMs: rounded(percentile(afterMs, 1), 0),
    ...offerFigures(offersMs),
  };
  return { afterMs, offersMs, figures };
}

const offerFigures = (offersMs: readonly number[]) => ({
  offers: offersMs.length,
  offerP50Ms: rounded(percentile(offersMs, 0.5), 1),
  offerP99Ms: rounded(percentile(offersMs, 0.99), 1),
});

/** From a submit over HTTP until its gateway is told that its acquire was committed, at a fixed rate until `end` comes. */
async function offersUntil(
  server: FleetServer,
  steady: Program,
  cluster: FleetCluster,
  end: Promise<unknown>,
): Promise<number[]> {
  const state = { isOver: false };
  void end.finally(() => {
    state.isOver = true;
  });
  const offers: Promise<number>[] = [];
  while (!state.isOver) {
    offers.push(offerOf(server, steady, cluster));
    await pause(SUBMIT_EVERY_MS);
  }
  return await Promise.all(offers);
}

async function offerOf(server: FleetServer, steady: Program, cluster: FleetCluster): Promise<number> {
  const startedMs = performance.timeOrigin + performance.now();
  const key = randomUUID();
  // The time goes on from the first try.
  const runId = await untilAnswered(() => server.submit(cluster, key), FLEET_WAIT_MS);
  const { atMs } = await steady.next<{ atMs: number }>((line) => line.acquired === runId, FLEET_WAIT_MS);
  return atMs - startedMs;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
