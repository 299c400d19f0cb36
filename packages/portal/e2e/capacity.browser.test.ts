import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PortalUnderTest, startPortal } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(async () => {
  await portal?.close();
});

const waits = (page: Page) => page.getByRole('table', { name: 'Waits before and after' });
const numberIn = (text: string | undefined): number => Number(text?.replaceAll(/\D/g, ''));
const missed = async (page: Page): Promise<readonly string[]> =>
  await waits(page).getByRole('row', { name: 'Missed their start deadline' }).getByRole('cell').allInnerTexts();

test('S50, S51: from a cluster to its plan, asked by the keyboard, before and after beside one another', async () => {
  const { page, faults } = await portal.open('/gateway-clusters/clu-office');
  await page.getByRole('link', { name: 'Plan capacity' }).click();
  await waits(page).waitFor();
  expect(await waits(page).getByRole('columnheader').allInnerTexts()).toEqual([
    'What really happened',
    'Played as it is',
  ]);
  const [, before] = await missed(page);
  await page.getByLabel('More machines').focus();
  await page.keyboard.type('9');
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('On');
  await page.getByLabel('Slots of each machine').focus();
  await page.keyboard.press('Enter');
  await waits(page).getByRole('columnheader', { name: 'With the changes' }).waitFor();
  const asked = new URL(page.url()).searchParams;
  expect([asked.get('members'), asked.get('toggle')]).toEqual(['9', 'on']);
  const [, , after] = await missed(page);
  expect(numberIn(before)).toBeGreaterThan(0);
  expect(numberIn(after)).toBe(0);
  const alignments = await waits(page)
    .getByRole('cell')
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).textAlign));
  expect(new Set(alignments)).toEqual(new Set(['right']));
  expect(await page.getByRole('img', { name: /^Slots in use over time: at most/ }).count()).toBe(2);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('N4: how many machines are enough is answered in sentences', async () => {
  const { page } = await portal.open('/capacity?cluster=clu-office&slots=1');
  await waits(page).waitFor();
  await page.getByRole('button', { name: 'How many are enough?' }).click();
  await page.getByText(/^It takes \d+ machines? more, with Run on all gateways in cluster switched on/).waitFor();
  expect(new URL(page.url()).searchParams.get('enough')).toBe('yes');
  await page.context().close();
});

test('another fairness is tried in a plan, from what the cluster has, and is changed in no queue', async () => {
  const { page, faults } = await portal.open('/capacity?cluster=clu-office');
  await waits(page).waitFor();
  await page.getByLabel('Fairness', { exact: true }).selectOption('Another');
  const plan = page.getByRole('group', { name: 'Fairness in this plan' });
  await plan.getByLabel('Share', { exact: true }).selectOption('user');
  await plan.getByLabel('At most at once (0: no limit)').fill('2');
  await plan.getByText(/no user has more than 2 at work at once/).waitFor();
  await page.getByRole('button', { name: 'Work it out' }).click();
  await page.getByText(/^With the changes: .*no user has more than 2 at work at once/).waitFor();
  expect(new URL(page.url()).searchParams.get('fairness')).toBe('share-user-2');
  await waits(page).getByRole('columnheader', { name: 'With the changes' }).waitFor();
  expect(await plan.getByLabel('Share', { exact: true }).inputValue()).toBe('user');
  await page.getByRole('button', { name: 'Clear changes' }).click();
  await plan.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Gateways', exact: true }).first().click();
  await page.getByRole('link', { name: 'Office desks', exact: true }).click();
  expect(await page.getByLabel('Share', { exact: true }).inputValue()).toBe('off');
  expect(faults).toEqual([]);
  await page.context().close();
});

test('what a chart shows is also there as a table', async () => {
  const { page } = await portal.open('/capacity?cluster=clu-office');
  await page.getByText('Figures of each bar').click();
  const rows = page.getByRole('table', { name: 'Slots in use, As it is' }).getByRole('row');
  await expect.poll(() => rows.count()).toBeGreaterThan(50);
  await page.context().close();
});

test('what is no answer to its question is said beside it', async () => {
  const { page } = await portal.open('/capacity?cluster=clu-office&members=many');
  await page.getByText('A whole number from -64 to 64.').waitFor();
  await page.context().close();
});

test('somebody who may not ask is told why', async () => {
  const { page } = await portal.open('/capacity?cluster=clu-office', { scenario: 'viewer' });
  const ask = page.getByRole('button', { name: 'Work it out' });
  await ask.waitFor();
  expect(await ask.getAttribute('aria-disabled')).toBe('true');
  await page.context().close();
});

test('S53: a run that timed out while it waited names the strategy that would have helped, and leads to the planner', async () => {
  const { page } = await portal.open('/runs/run-4806');
  const section = page.getByRole('region', { name: 'What would have helped' });
  await section.getByText('strategy 1, spread over time').waitFor();
  expect(await section.getByRole('link', { name: 'The three strategies' }).getAttribute('href')).toBe(
    '/docs/spread-the-load#spread-runs-over-time',
  );
  await section.getByRole('link', { name: 'Plan capacity of Kiosks' }).click();
  await waits(page).waitFor();
  await page.context().close();
});
