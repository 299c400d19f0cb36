/**
 * Real programs under real faults: `npm run faults -- [--minutes M] [--seed N]`. PostgreSQL, two servers behind a balancer
 * and three gateways with virtual sessions run flows while a seeded schedule ends, stops and cuts off each of them, fills
 * their disks and sets their clocks. At the end every run is accounted for from a file that the flows themselves wrote.
 * Prints progress on standard error and one JSON line on standard output; exit code 1 when something does not hold.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanLater, cleanUp } from '../../bench/parts/leftovers.ts';
import { makeConnection } from '../stack/people.ts';
import { makeFlow } from '../stack/runs.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { accountForRuns, type RunAccount } from './account-for-runs.ts';
import { faultsOf } from './fault-kinds.ts';
import { type Installation, installIn } from './installation.ts';
import { leftoversIn } from './leftovers.ts';
import { startLoad, type Submitted, unfinished, writingFlow } from './load.ts';
import { seededChance } from './seeded-chance.ts';

const MINUTE_MS = 60_000;
const PROGRESS_MS = 5_000;
/** Between two faults there is time to do some work. */
const CALM_MS = { least: 500, most: 5_000 };
/** After the last fault: links that were half open must be given up, and what waits must run. */
const SETTLE_MAX_MS = 5 * MINUTE_MS;
const LEFTOVERS_GONE_MAX_MS = 60_000;

interface Options {
  readonly minutes: number;
  readonly seed: number;
}

function options(): Options {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
  const minutes = Number(values.minutes ?? '2');
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(minutes > 0) || !Number.isInteger(seed)) {
    process.stderr.write('npm run faults -- [--minutes M] [--seed N]\n');
    process.exit(3);
  }
  return { minutes, seed };
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main({ minutes, seed }: Options): Promise<boolean> {
  const startedAt = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`.padStart(6);
  // Short, because sockets of sessions stand below it.
  const folder = mkdtempSync('/tmp/dhf-');
  chmodSync(folder, 0o711);
  cleanLater(() => rmSync(folder, { recursive: true, force: true }));
  const record = join(folder, 'starts');
  writeFileSync(record, '');
  chmodSync(record, 0o666);
  say(`seed ${seed}: starting PostgreSQL, two servers and three gateways in ${folder}`);
  const installation = await installIn(folder, cleanLater);
  const { client, clusterId } = installation;
  const wish = { clusterId, accountName: userInfo().username, password: undefined, notifications: false };
  const connectionId = await makeConnection(client, { ...wish, whenSessionBlocked: 'wait' });
  const flowId = await makeFlow(client, writingFlow);
  const chance = seededChance(seed);
  const load = startLoad({ client, flowId, connectionId, record, chance: seededChance(seed + 1) });
  const happened = new Map<string, number>();
  const starts = (): readonly string[] => readFileSync(record, 'utf8').split('\n').filter(Boolean);
  let now = 'calm';
  const progress = setInterval(
    () => say(`${seconds()}  ${load.submitted.length} runs, ${starts().length} started · ${now}`),
    PROGRESS_MS,
  );
  cleanLater(() => clearInterval(progress));

  const faults = faultsOf(installation);
  const untilMs = performance.now() + minutes * MINUTE_MS;
  while (performance.now() < untilMs) {
    now = 'calm';
    await pause(Math.round(chance.between(CALM_MS.least, CALM_MS.most)));
    const fault = chance.oneOf(faults);
    now = fault.kind;
    await fault.act(chance);
    // What ended because of a fault, a full disk for example, is started again as a service would be.
    await everythingRuns(installation);
    happened.set(fault.kind, (happened.get(fault.kind) ?? 0) + 1);
  }
  now = 'settling';
  await load.stop();
  await everythingRuns(installation);
  await waitUntil('every run to end', async () => (await unfinished(client)) === 0, SETTLE_MAX_MS).catch(say);
  const accounts = await accountsOf(installation, load.submitted);
  const listed = await countRuns(installation);
  const wrong = [...accountForRuns(accounts, starts(), listed)];
  const goneBy = performance.now() + LEFTOVERS_GONE_MAX_MS;
  await installation.close();
  while (leftoversIn(folder).length > 0 && performance.now() < goneBy) await pause(500);
  wrong.push(...leftoversIn(folder).map((what) => `left behind: ${what}`));
  clearInterval(progress);
  report({ seed, minutes, accounts, starts: starts().length, happened, wrong });
  return wrong.length === 0;
}

async function everythingRuns({ postgres, servers, gateways }: Installation): Promise<void> {
  await postgres.ensureRunning();
  for (const part of [...servers, ...gateways]) await part.start();
}

async function accountsOf({ client }: Installation, submitted: readonly Submitted[]): Promise<readonly RunAccount[]> {
  const accounts: RunAccount[] = [];
  for (const { key, run, acknowledgedAtMs } of submitted) {
    const params = { id: run.id };
    const { state, error, requestNumber, priority } = await client.getRun({ params });
    const { items } = await client.getRunEvents({ params });
    const offer = items.find(({ event }) => event === 'offer');
    const firstOfferAtMs = offer ? Date.parse(offer.at) : null;
    const errorCode = error?.code ?? null;
    accounts.push({ key, acknowledgedAtMs, requestNumber, priority, state, errorCode, firstOfferAtMs });
  }
  return accounts;
}

async function countRuns({ client }: Installation): Promise<number> {
  let count = 0;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.listRuns({ query: { limit: 200, ...(cursor ? { cursor } : {}) } });
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}

interface Report extends Options {
  readonly accounts: readonly RunAccount[];
  readonly starts: number;
  readonly happened: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
}

function report({ seed, minutes, accounts, starts, happened, wrong }: Report): void {
  const states: Record<string, number> = {};
  for (const { state, errorCode } of accounts) {
    const name = errorCode ? `${state} ${errorCode}` : state;
    states[name] = (states[name] ?? 0) + 1;
  }
  for (const what of wrong) say(`wrong: ${what}`);
  const faults = Object.fromEntries([...happened].sort(([a], [b]) => a.localeCompare(b)));
  const line = { seed, minutes, runs: accounts.length, starts, states, faults, wrong: wrong.length };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
let held = false;
try {
  held = await main(options());
} finally {
  await cleanUp();
}
process.exit(held ? 0 : 1);
