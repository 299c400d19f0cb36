import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { makeConnection } from '../stack/people.ts';
import { makeFlow } from '../stack/runs.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { accountForRuns } from './account-for-runs.ts';
import { faultsOf } from './fault-kinds.ts';
import {
  accountsOf,
  countStates,
  everythingRuns,
  leftBehind,
  listedRuns,
  openGround,
  say,
  showProgress,
} from './ground.ts';
import { startLoad, unfinished, writingFlow } from './load.ts';
import { scheduleOf } from './schedule.ts';
import { seededChance } from './seeded-chance.ts';

const MINUTE_MS = 60_000;
/** Between two faults there is time to do some work. */
const CALM_MS = { least: 500, most: 5_000 };
/** After the last fault: links that were half open must be given up, and what waits must run. */
const SETTLE_MAX_MS = 5 * MINUTE_MS;
/** A machine that has no more than this share of the wished pace is not worth waiting for. */
const LONGER_MAX = 6;

export interface FaultsWish {
  readonly minutes: number;
  /** It goes on longer until so many runs were acknowledged. */
  readonly leastRuns: number;
  readonly seed: number;
}

/** A seeded schedule of faults over a busy installation; answers what does not hold, and the figures. */
export async function underFaults({ minutes, leastRuns, seed }: FaultsWish) {
  const ground = await openGround({ sessionHost: 'virtual' });
  const { installation, record, starts } = ground;
  const { client, clusterIds } = installation;
  const wish = {
    clusterId: clusterIds[0] ?? '',
    accountName: userInfo().username,
    password: undefined,
    notifications: false,
  };
  const connectionIds = [await makeConnection(client, { ...wish, whenSessionBlocked: 'wait' })];
  const flowId = await makeFlow(client, writingFlow);
  const chance = seededChance(seed);
  const load = startLoad({ client, flowId, connectionIds, record, chance: seededChance(seed + 1), name: 'run' });
  const faults = faultsOf(installation);
  const happened = new Map(faults.map(({ kind }) => [kind, 0]));
  const schedule = scheduleOf(faults, chance);
  let now = 'calm';
  const endProgress = showProgress(() => `${load.submitted.length} runs, ${starts().length} started · ${now}`);

  const startedAt = performance.now();
  const lasted = (): number => (performance.now() - startedAt) / MINUTE_MS;
  const goesOn = (): boolean =>
    lasted() < minutes || (load.submitted.length < leastRuns && lasted() < minutes * LONGER_MAX);
  while (goesOn()) {
    now = 'calm';
    await pause(Math.round(chance.between(CALM_MS.least, CALM_MS.most)));
    const fault = schedule.next().value;
    now = fault.kind;
    const done = await fault.act(chance);
    // What ended because of a fault, a full disk for example, is started again as a service would be.
    await everythingRuns(installation);
    if (done !== false) happened.set(fault.kind, (happened.get(fault.kind) ?? 0) + 1);
  }
  const lastedMinutes = Math.round(lasted() * 10) / 10;
  now = 'settling';
  await load.stop();
  await everythingRuns(installation);
  await waitUntil('every run to end', async () => (await unfinished(client)) === 0, SETTLE_MAX_MS).catch(say);
  const accounts = await accountsOf(client, load.submitted);
  const listed = (await listedRuns(client)).length;
  const started = starts();
  const wrong = [...accountForRuns(accounts, started, listed), ...(await leftBehind(ground))];
  if (started.length === 0) wrong.push('nothing ever started');
  endProgress();
  const kinds = [...happened].sort(([a], [b]) => a.localeCompare(b));
  return {
    wrong,
    figures: {
      minutes: lastedMinutes,
      runs: accounts.length,
      starts: started.length,
      states: countStates(accounts),
      faults: Object.fromEntries(kinds.filter(([, times]) => times > 0)),
      neverHappened: kinds.filter(([, times]) => times === 0).map(([kind]) => kind),
    },
  };
}
