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

const watchButton = (page: Page) => page.getByRole('button', { name: 'Watch live' });
const picture = (page: Page) => page.getByRole('img', { name: 'The screen of the run' });

/** A run that is running, in a cluster which allows live views or not. */
async function openRun({ allowed }: { readonly allowed: boolean }) {
  const opened = await portal.open('/');
  const { page } = opened;
  await page.getByRole('heading', { level: 1 }).waitFor();
  const id = await page.evaluate((liveView) => {
    const { world } = window.simulated!;
    const run = world.runs.find((one) => one.state === 'running')!;
    world.clusters = world.clusters.map((one) => ({ ...one, liveView }));
    return run.id;
  }, allowed);
  await page.evaluate((run) => {
    history.pushState({}, '', `/runs/${run}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, id);
  await page.getByRole('heading', { level: 2, name: 'Screen' }).waitFor();
  return { ...opened, id };
}

test('a screen is watched from the page of its run by keyboard, and no more when the person says so', async () => {
  const { page, faults } = await openRun({ allowed: true });
  await page.getByText('The audit log says who watched').waitFor();
  await watchButton(page).focus();
  await page.keyboard.press('Enter');
  await picture(page).waitFor();
  const first = await picture(page).getAttribute('src');
  expect(first).toMatch(/^data:image\/png;base64,/);
  await page.getByText(/^Live · /).waitFor();
  await page.getByRole('button', { name: 'Stop watching' }).click();
  await watchButton(page).waitFor();
  expect(await picture(page).count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('when the run ends while it is watched, the page says so and keeps the last picture', async () => {
  const { page, id } = await openRun({ allowed: true });
  await watchButton(page).click();
  await picture(page).waitFor();
  await page.evaluate((ended) => {
    const { world } = window.simulated!;
    world.runs = world.runs.map((run) => (run.id === ended ? { ...run, state: 'succeeded' as const } : run));
  }, id);
  await page.getByText('The run has ended.').waitFor();
  await page.getByText(/^As it was · /).waitFor();
  await page.context().close();
});

test('where live views are off the button says why, and the newest screenshot stands in their place', async () => {
  const { page } = await openRun({ allowed: false });
  await page
    .getByText('Live views are off for this gateway cluster.', { exact: false })
    .first()
    .waitFor({ state: 'attached' });
  expect(await watchButton(page).getAttribute('aria-disabled')).toBe('true');
  await page.context().close();
});

test('an admin turns live views on at the page of the cluster', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  const toggle = page.getByRole('switch', { name: 'Live view of screens' });
  expect(await toggle.isChecked()).toBe(false);
  await toggle.click();
  await page.getByText('Submitters and admins may watch the screens of runs of Kiosks.').waitFor();
  expect(await toggle.isChecked()).toBe(true);
  await page.context().close();
});
