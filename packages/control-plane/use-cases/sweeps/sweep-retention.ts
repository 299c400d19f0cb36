import type { RetentionStore } from '../../ports/sweeps.ts';

/** Runs, or batches of decisions, that one step removes, so that it never holds up the work of the day. */
const RUNS_PER_STEP_MAX = 500;
/** The history of a gateway is read when one asks why it was set aside. */
export const GATEWAY_EVENT_DAYS = 90;
const STEPS_PER_SWEEP_MAX = 20;

export interface Removed {
  readonly runs: number;
  readonly logLines: number;
  readonly screenshots: number;
  readonly decisions: number;
}

/** Days, then bytes of logs and of screenshots; oldest first, never anything of a run that is not over. Then decisions. */
export async function sweepRetention(store: RetentionStore): Promise<Removed> {
  const { days, decisionDays, logBytesMax, screenshotBytesMax } = await store.limits();
  const runs = await inSteps(() => store.removeRunsOlderThan(days, RUNS_PER_STEP_MAX));
  const logLines = await inSteps(() => store.removeLogsAbove(logBytesMax, RUNS_PER_STEP_MAX));
  const screenshots = await inSteps(() => store.removeScreenshotsAbove(screenshotBytesMax, RUNS_PER_STEP_MAX));
  const decisions = await inSteps(() => store.removeDecisionsOlderThan(decisionDays, RUNS_PER_STEP_MAX));
  await inSteps(() => store.removeGatewayEventsOlderThan(GATEWAY_EVENT_DAYS, RUNS_PER_STEP_MAX));
  await store.removeOldIdempotencyKeys();
  return { runs, logLines, screenshots, decisions };
}

async function inSteps(step: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let steps = 0; steps < STEPS_PER_SWEEP_MAX; steps += 1) {
    const removed = await step();
    all += removed;
    if (removed === 0) return all;
  }
  return all;
}
