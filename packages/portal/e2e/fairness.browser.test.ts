import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PortalUnderTest, startPortal } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(async () => {
  await portal?.close();
});

const AGED = 'A run of normal priority that has waited 45 minutes ranks among the high ones, by its request time.';
const KEPT = 'One slot of the cluster is kept for runs of high priority.';

test('fairness is chosen on the page of a cluster, says what it does before it is saved, and stands above its queue', async () => {
  const { page, faults } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByText('Runs of normal priority wait behind all runs of high priority.').waitFor();
  await page.getByLabel('Ageing').selectOption('on');
  await page.getByLabel('After minutes').fill('45');
  await page.getByText(AGED).waitFor();
  await page.getByLabel('Share', { exact: true }).selectOption('user');
  await page.getByText(/the user with fewer runs at work in the cluster goes first\.$/).waitFor();
  await page.getByLabel('At most at once (0: no limit)').fill('2');
  await page.getByText(/no user has more than 2 at work at once/).waitFor();
  await page.getByLabel('Slots kept for high priority').fill('1');
  await page.getByText(KEPT, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save fairness' }).click();
  await page.getByText('Changed the fairness of Kiosks.').waitFor();
  expect(await page.getByRole('button', { name: 'Save fairness' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Run queue: 6 waiting' }).click();
  const note = page.getByRole('note', { name: 'How this queue is ordered' });
  await note.filter({ hasText: AGED }).waitFor();
  await note.filter({ hasText: 'A run that somebody moved to the top comes first all the same' }).waitFor();
  await page.getByText('High priority, and runs that have aged').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('what was begun can be left as it was', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-office');
  await page.getByLabel('Slots kept for short runs').fill('1');
  await page
    .getByText('One slot of the cluster is kept for runs of flows that usually take less than 5 minutes.')
    .waitFor();
  await page.getByRole('button', { name: 'Keep as it was' }).click();
  expect(await page.getByLabel('Slots kept for short runs').inputValue()).toBe('0');
  await page.context().close();
});
