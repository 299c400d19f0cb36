import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type EventReader, readEvents } from './stack/event-reader.ts';
import { startLoad } from './stack/load.ts';
import { submitHeld } from './stack/held-runs.ts';
import { markedFlow } from './stack/marked-flow.ts';
import { makeFlow, whenEnded } from './stack/runs.ts';
import { type SeveralServers, startSeveralServers } from './stack/several-servers.ts';
import { adminPassword, whenAllOnline } from './stack/stack.ts';

/** A stream that breaks comes back as soon as its reader asks again: two seconds, and what a busy machine adds. */
const GAP_MAX_MS = 10_000;
const TEST_TIMEOUT_MS = 300_000;

let stack: SeveralServers;
let browser: Browser;
let page: Page;
let reader: EventReader;

beforeAll(async () => {
  stack = await startSeveralServers({ gateways: 2, accountsPerGateway: 2 });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  page = await browser.newPage();
  await page.goto(stack.address);
  await page.getByLabel('Work e-mail').fill('ada@corp.example');
  await page.getByLabel('Password').fill(adminPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Live', { exact: true }).first().waitFor();
  reader = readEvents(stack.address, stack.token, stack.client);
}, 240_000);
afterAll(async () => {
  await reader?.close();
  await browser?.close();
  await stack?.close();
}, 120_000);

const words = async (): Promise<void> => console.error(await stack.lastWords());

/** A run that goes on through everything, on a page that is never loaded again. */
async function watchedRun(name: string) {
  const [connectionId = ''] = stack.connections;
  const flowId = await makeFlow(stack.client, markedFlow);
  const { run, marks } = await submitHeld(stack, name, { flowId, connectionId });
  await marks.whenStarted();
  await page.goto(`${stack.address}/runs/${run.id}`);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.getByText('Running', { exact: true }).waitFor();
  await page.evaluate('globalThis.isTheSamePage = true');
  const endsOnPage = async (): Promise<void> => {
    marks.letGo();
    await heading.getByText('Succeeded', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('Live', { exact: true }).first().waitFor({ timeout: 30_000 });
    expect(await page.evaluate('globalThis.isTheSamePage')).toBe(true);
    expect(marks.starts()).toBe(1);
  };
  return { endsOnPage };
}

const loaded = (): ReturnType<typeof startLoad> =>
  // The first account belongs to the watched run.
  startLoad(stack.client, { folder: stack.folder, connections: stack.connections.filter((_, index) => index !== 0) });

async function expectEveryRunOnce(load: Awaited<ReturnType<typeof startLoad>>): Promise<number> {
  const { ids, starts } = await load.finish();
  for (const id of ids) {
    expect((await whenEnded(stack.client, id)).state).toBe('succeeded');
    await expect.poll(() => reader.stateOf(id), { timeout: 20_000 }).toBe('succeeded');
  }
  expect(starts.size).toBe(ids.length);
  expect([...starts.values()].every((count) => count === 1)).toBe(true);
  return ids.length;
}

test(
  'kill -9 of one of two servers: its gateways go on at the other within seconds, and no run is lost or started twice',
  async () => {
    onTestFailed(words);
    const [first, second] = stack.servers;
    const watched = await watchedRun('killed');
    const load = await loaded();
    await load.ended(3);
    await first?.program().kill();
    const killedAtMs = performance.now();
    // Offers to them are answered, so they are linked, and not only shown so because nobody has noticed yet.
    await load.ended(3);
    await whenAllOnline(second?.client ?? stack.client, 2);
    const relinkedMs = performance.now() - killedAtMs;
    await watched.endsOnPage();
    await first?.start();
    await load.ended(3);
    const runs = await expectEveryRunOnce(load);
    console.log(
      `kill -9 of one of two servers: ${runs} runs, all gateways linked and three runs ended after ${Math.round(relinkedMs)} ms`,
    );
  },
  TEST_TIMEOUT_MS,
);

test(
  'a rolling restart of both servers under load loses no run, and no event stream for longer than the reconnect',
  async () => {
    onTestFailed(words);
    const gapsBefore = reader.gapsMs.length;
    const watched = await watchedRun('rolled');
    const load = await loaded();
    await load.ended(2);
    for (const server of stack.servers) {
      await server.program().end();
      await server.start();
      await whenAllOnline(server.client, 2);
      await load.ended(2);
    }
    await watched.endsOnPage();
    const runs = await expectEveryRunOnce(load);
    const gaps = reader.gapsMs.slice(gapsBefore);
    for (const gap of gaps) expect(gap).toBeLessThan(GAP_MAX_MS);
    console.log(
      `rolling restart: ${runs} runs, stream broken ${gaps.length} times for ${gaps.map(Math.round).join(', ')} ms`,
    );
  },
  TEST_TIMEOUT_MS,
);
