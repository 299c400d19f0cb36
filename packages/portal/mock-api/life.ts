import type { Run } from '@deskhand/protocol/http/runs.ts';
import { sendLive } from './live-stream.ts';
import { replaceRun, settleQueue } from './queue.ts';
import { logLine } from './seed-runs.ts';
import type { World } from './world.ts';

const STEP_MS = 900;
const LINES_PER_STEP = 4;
const STEPS_OF_RUN = 8;

const now = (): string => new Date().toISOString();

function publish(world: World, run: Run): Run {
  replaceRun(world, run);
  settleQueue(world, run.cluster.id);
  sendLive({ type: 'run', data: run }, { type: 'run-queue', data: { clusterId: run.cluster.id, version: Date.now() } });
  return run;
}

const current = (world: World, id: string): Run | undefined => world.runs.find((run) => run.id === id);

/** Lets a submitted run live: offered, signing in, downloading, running with a log that grows, succeeded. */
export function beginLife(world: World, submitted: Run): void {
  const { id: gatewayId, name } = takerOf(world, submitted);
  const steps: readonly ((run: Run) => Run)[] = [
    (run) => ({
      ...run,
      state: 'offered',
      display: 'Offered',
      offeredAt: now(),
      attempt: 1,
      position: null,
      because: null,
      gateway: { id: gatewayId, name },
    }),
    (run) => ({
      ...run,
      state: 'starting',
      phase: 'signingIn',
      display: 'Starting (signing in)',
      signingInAt: now(),
      waitedMs: Date.now() - Date.parse(run.requestedAt),
    }),
    (run) => ({ ...run, phase: 'downloading', display: 'Starting (downloading)', downloadingAt: now() }),
    (run) => ({ ...run, state: 'running', phase: null, display: 'Running', startedAt: now() }),
    ...Array.from({ length: STEPS_OF_RUN }, () => (run: Run) => writeLines(world, run)),
  ];
  const advance = (step: number) => {
    const run = current(world, submitted.id);
    const next = steps[step];
    if (!run || run.endedAt !== null) return;
    if (!next) {
      endRun(world, run, 'succeeded');
      return;
    }
    publish(world, next(run));
    setTimeout(() => advance(step + 1), STEP_MS);
  };
  setTimeout(() => advance(0), STEP_MS);
}

/** The first machine of its own cluster that takes runs; a server that was just set up brings one along. */
const takerOf = ({ gateways }: World, { cluster }: Run) =>
  gateways.find(({ clusterId, status, enabled }) => clusterId === cluster.id && status === 'online' && enabled) ?? {
    id: 'gw-1',
    name: 'kiosk-1',
  };

function writeLines(world: World, run: Run): Run {
  const lines = world.logs.get(run.id) ?? [];
  const more = Array.from({ length: LINES_PER_STEP }, (_line, index) =>
    logLine(run, lines.length + index + 1, Date.now()),
  );
  world.logs.set(run.id, [...lines, ...more]);
  const lastSeq = lines.length + more.length;
  sendLive({ type: 'run-log', data: { runId: run.id, attempt: run.attempt, lastSeq } });
  return { ...run, lastActionAt: now(), logLines: lastSeq };
}

export function endRun(world: World, run: Run, state: 'succeeded' | 'cancelled'): Run {
  const ended = {
    ...run,
    state,
    phase: null,
    display: state === 'succeeded' ? 'Succeeded' : 'Cancelled',
    position: null,
    because: null,
    endedAt: now(),
    signedOutAt: run.startedAt ? now() : null,
    waitedMs: run.startedAt ? run.waitedMs : Date.now() - Date.parse(run.requestedAt),
    ranMs: run.startedAt ? Date.now() - Date.parse(run.startedAt) : null,
    outputs: state === 'succeeded' ? { Count: run.logLines } : {},
    screenshots: run.startedAt ? 1 : 0,
  } as const;
  return publish(world, ended);
}
