import { once } from 'node:events';
import { listening } from './parts/bench-server.ts';
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

/**
 * The server is killed with a thousand runs in hand and started again at once, as a supervisor would; until every run
 * moves again: its gateway linked, reconciled, and a log line of the run acknowledged.
 */
const GATEWAYS = options().gateways(1_000);
/** A line a second and run, so that some are on their way at the kill. */
const LINES_PER_MINUTE = 58;
const TALK_MS = 5_000;
const GOAL_ALL_MOVING_MS = 15_000;

export async function bench(): Promise<void> {
  const load = loadBefore();
  const server = await openFleetServer();
  const clusters = await addClusters(server, GATEWAYS);
  const fleet = await openFleet(server, clusters, { sessionLimit: 1, keepsRuns: true });
  await startRuns(server, fleet, clusters, 1);
  process.stderr.write(`${GATEWAYS} runs are in hand\n`);
  give(fleet, { order: 'talk', linesPerMinute: LINES_PER_MINUTE });
  await new Promise((resolve) => setTimeout(resolve, TALK_MS));
  const { killedAtMs, listensAfterMs } = await killAndStart(server);
  const afterMs: number[] = [];
  while (afterMs.length < GATEWAYS) afterMs.push((await nextMoving(fleet)) - killedAtMs);
  give(fleet, { order: 'hush' });
  const told = await fleet.next<Hushed>((line) => line.hushed === true, FLEET_WAIT_MS);
  const lines = await linesOf(server, [told]);
  const allMovingMs = rounded(percentile(afterMs, 1), 0);
  report(
    {
      bench: 'restart',
      ours: {
        runs: GATEWAYS,
        listensAfterMs: rounded(listensAfterMs, 0),
        medianMovingMs: rounded(percentile(afterMs, 0.5), 0),
        p99MovingMs: rounded(percentile(afterMs, 0.99), 0),
        allMovingMs,
        ...lines,
        load,
      },
      goal: `every run moves again within ${GOAL_ALL_MOVING_MS / 1000} s of the kill, no line lost, no run ended`,
      met: allMovingMs <= GOAL_ALL_MOVING_MS && lines.linesLost === 0 && lines.strayed === 0,
    },
    afterMs,
  );
}

async function killAndStart(server: FleetServer): Promise<{ killedAtMs: number; listensAfterMs: number }> {
  const exit = once(server.server.process, 'exit');
  const killedAtMs = performance.timeOrigin + performance.now();
  server.server.process.kill('SIGKILL');
  await exit;
  await listening(server.start());
  return { killedAtMs, listensAfterMs: performance.timeOrigin + performance.now() - killedAtMs };
}

async function nextMoving(fleet: Program): Promise<number> {
  return (await fleet.next<{ atMs: number }>((line) => line.moving !== undefined, FLEET_WAIT_MS)).atMs;
}
