import { type Hushed, linesOf } from './parts/fleet-lines.ts';
import {
  addClusters,
  FLEET_WAIT_MS,
  type FleetServer,
  give,
  openFleet,
  openFleetServer,
  startRuns,
} from './parts/fleet-world.ts';
import { options } from './parts/options.ts';
import type { Program } from './parts/programs.ts';
import { loadBefore, report } from './parts/report.ts';
import { percentile, rounded } from './parts/statistics.ts';
import { usageOf, usageOfTree, used } from './parts/usage.ts';

/**
 * UiPath's published robot, mapped to what Deskhand's gateways say, for 1,000 and then 2,000 gateways that have a run in
 * progress each; see docs/benchmarks.md for the mapping.
 */
/** At once and then twice as many; each half in a process of its own. */
const GATEWAYS_PER_PROCESS = 1_000;
const LEVELS = [1, 2] as const;
/** 40 log lines and 18 calls; the heartbeats are the gateway's own. */
const LINES_PER_MINUTE = 58;
const SETTLE_MS = 5_000;
const GOAL_P99_MS = 500;

export async function bench(): Promise<void> {
  const load = loadBefore();
  const server = await openFleetServer();
  const programs: Program[] = [];
  const levels = [];
  const each = options().gateways(GATEWAYS_PER_PROCESS);
  for (const level of LEVELS) {
    while (programs.length < level) programs.push(await addFleet(server, each));
    levels.push(await measure(server, programs, level * each));
  }
  report(
    {
      bench: 'fleet',
      ours: { levels: levels.map(({ latenciesMs: _, ...figures }) => figures), load },
      goal: `p99 < ${GOAL_P99_MS} ms and no line lost, at ${each} and at ${2 * each} gateways`,
      met: levels.every((level) => level.p99Ms < GOAL_P99_MS && level.linesLost === 0 && level.strayed === 0),
    },
    levels,
  );
}

async function addFleet(server: FleetServer, gateways: number): Promise<Program> {
  const clusters = await addClusters(server, gateways);
  const program = await openFleet(server, clusters, { sessionLimit: 1, keepsRuns: true });
  await startRuns(server, program, clusters, 1);
  process.stderr.write(`${gateways} more gateways, each with a run\n`);
  return program;
}

async function measure(server: FleetServer, programs: readonly Program[], gateways: number) {
  for (const program of programs) give(program, { order: 'talk', linesPerMinute: LINES_PER_MINUTE });
  await pause(SETTLE_MS);
  for (const program of programs) give(program, { order: 'mark' });
  const before = usages(server, programs);
  const startedMs = performance.now();
  await pause(options().minutes * 60_000);
  const seconds = (performance.now() - startedMs) / 1000;
  const after = usages(server, programs);
  for (const program of programs) give(program, { order: 'hush' });
  const told = await Promise.all(
    programs.map((program) => program.next<Hushed>((line) => line.hushed === true, FLEET_WAIT_MS)),
  );
  const latenciesMs = told.flatMap((one) => one.latenciesMs);
  const figures = {
    gateways,
    messagesPerSecond: rounded(latenciesMs.length / seconds, 0),
    p50Ms: rounded(percentile(latenciesMs, 0.5), 1),
    p99Ms: rounded(percentile(latenciesMs, 0.99), 1),
    maxMs: rounded(percentile(latenciesMs, 1), 1),
    ...(await linesOf(server, told)),
    server: used(before.server, after.server, seconds),
    postgres: used(before.postgres, after.postgres, seconds),
    stubs: used(before.stubs, after.stubs, seconds),
  };
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  return { ...figures, latenciesMs };
}

function usages(server: FleetServer, programs: readonly Program[]) {
  const stubs = programs.map((program) => usageOf(program.process.pid as number));
  return {
    server: usageOf(server.server.process.pid as number),
    postgres: usageOfTree(server.postmasterPid() as number),
    stubs: {
      cpuSeconds: stubs.reduce((sum, one) => sum + one.cpuSeconds, 0),
      memoryBytes: stubs.reduce((sum, one) => sum + one.memoryBytes, 0),
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
