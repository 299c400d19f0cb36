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

const QUEUE = '/gateway-clusters/clu-kiosks/run-queue';
const waiting = (page: Page) => page.getByRole('table', { name: 'Waiting runs in order' });
const orderOf = async (page: Page) =>
  (await waiting(page).locator('td[data-label="Run"] a').allInnerTexts()).map((name) => Number(/\d+$/.exec(name)?.[0]));
const handleOf = (page: Page, number: number) => waiting(page).locator(`[data-row="run-${number}"] .drag-handle`);
const part = (page: Page, name: string) => waiting(page).locator('tbody', { hasText: name }).locator('.group-head');

test('S46: from the list of clusters to one of them, its members, its settings, its runs and its run queue', async () => {
  const { page, faults } = await portal.open('/gateways');
  const list = page.getByRole('table', { name: 'Gateway clusters' });
  const row = list.getByRole('row', { name: /Kiosks/ });
  for (const word of ['Offline', 'kiosk-3', 'Maintenance', 'kiosk-5', 'Disabled', 'kiosk-4'])
    await row.getByText(word, { exact: true }).waitFor();
  await row.getByRole('link', { name: 'Kiosks', exact: true }).click();
  await page.waitForURL(/\/gateway-clusters\/clu-kiosks$/);
  const members = page.getByRole('table', { name: 'Gateways of Kiosks' });
  const names = async () =>
    (await members.locator('td[data-label="Gateway"]').allInnerTexts()).map((text) => text.split('\n')[0]);
  await expect.poll(names).toEqual(['kiosk-1', 'kiosk-2', 'kiosk-3', 'kiosk-4', 'kiosk-5']);
  await members.getByText('Check that the machine has power and that its network reaches this server.').waitFor();
  await page.getByRole('switch', { name: 'Run on all gateways in cluster', exact: true }).click();
  await page.getByText('Now: kiosk-1.').waitFor();
  await page.getByLabel('When a person’s session is in the way').selectOption('ask-once');
  await page.getByText('Changed whom Kiosks asks.').waitFor();
  await page.getByRole('link', { name: 'Run queue: 6 waiting' }).click();
  await page.getByRole('heading', { name: 'Run queue of Kiosks' }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('N12: a sick gateway is set aside from its menu, tried now and put back, and its history tells each step', async () => {
  const { page, faults } = await portal.open('/gateway-clusters/clu-kiosks');
  const members = page.getByRole('table', { name: 'Gateways of Kiosks' });
  const history = page.getByRole('table', { name: 'History of Kiosks' });
  await history.getByText('on the other gateways 0 of 38 did.').waitFor();
  const choose = async (action: string): Promise<void> => {
    await page.getByRole('button', { name: 'Actions for kiosk-1' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: action }).press('Enter');
  };
  await choose('Set aside');
  await members.getByRole('link', { name: 'Set aside' }).waitFor();
  await members.getByText('0 of 3 canary sign-ins succeeded, the next one is at').waitFor();
  await choose('Try a canary sign-in now');
  await members.getByText('Set aside since').waitFor({ state: 'detached' });
  const steps = history.locator('tbody tr').filter({ hasText: 'kiosk-1' }).locator('td[data-label="What"]');
  await expect
    .poll(() => steps.allInnerTexts())
    .toEqual(['Put back', 'Canary succeeded', 'Canary succeeded', 'Canary succeeded', 'Canary sign-in', 'Set aside']);
  await choose('Set aside');
  await choose('Put back now');
  await history.getByText('An admin of the cluster put it back.').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('when the next canary sign-in comes is said in the time of whoever reads it, beside every other time', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks', { timezone: 'Asia/Kolkata' });
  await page.getByRole('button', { name: 'Actions for kiosk-1' }).click();
  await page.getByRole('menuitem', { name: 'Set aside' }).click();
  const told = page.getByRole('table', { name: 'Gateways of Kiosks' }).getByText('the next one is at');
  // With its day, when it comes after midnight.
  const next = /next one is at (.*?\d\d:\d\d)/.exec(await told.innerText())?.[1];
  expect(next).toBeDefined();
  await page.getByRole('link', { name: 'Run queue: 6 waiting' }).click();
  await page.getByRole('button', { name: 'Answer of every gateway for Refunds 4820' }).click();
  const answer = page.getByRole('table', { name: 'What each gateway says to Refunds 4820' });
  await answer.getByText(`The next canary sign-in is at ${next};`).waitFor();
  await page.context().close();
});

test('a cluster is renamed, and one with gateways is not deleted', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for Kiosks' }).click();
  const remove = page.getByRole('menuitem', { name: /^Delete cluster/ });
  expect(await remove.getAttribute('aria-disabled')).toBe('true');
  await page.getByText('It has gateways; remove them first.').waitFor();
  await page.getByRole('menuitem', { name: 'Rename cluster…' }).click();
  await page.getByLabel('Name of the cluster').fill('Front desks');
  await page.getByRole('button', { name: 'Rename cluster' }).click();
  await page.getByRole('heading', { level: 1, name: 'Front desks' }).waitFor();
  await page.context().close();
});

test('a name that the server refuses stays in its dialog with the reason, and another one is taken', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for Kiosks' }).click();
  await page.getByRole('menuitem', { name: 'Rename cluster…' }).click();
  await page.evaluate(() => void (window.simulated!.world.signedIn = false));
  const rename = page.getByRole('button', { name: 'Rename cluster' });
  await rename.click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.evaluate(() => void (window.simulated!.world.signedIn = true));
  await page.getByLabel('Name of the cluster').fill('Front desks');
  await rename.click();
  await page.getByRole('heading', { level: 1, name: 'Front desks' }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.context().close();
});

test('an address of a cluster that is gone says so', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-none');
  await page.getByText('There is no such gateway cluster').waitFor();
  await page.context().close();
});

test('a row opens on what each gateway says, who can help, and the button that does', async () => {
  const { page } = await portal.open(QUEUE);
  await page.getByRole('button', { name: 'Answer of every gateway for Refunds 4820' }).click();
  const answers = page.getByRole('table', { name: 'What each gateway says to Refunds 4820' });
  await expect
    .poll(() => answers.getByRole('rowheader').allInnerTexts())
    .toEqual(['kiosk-1', 'kiosk-2', 'kiosk-3', 'kiosk-5', 'kiosk-4']);
  const full = answers.getByRole('row').filter({ hasText: 'All 2 user sessions of the machine are in use.' });
  expect(await full.getByRole('rowheader').allInnerTexts()).toEqual(['kiosk-1']);
  // With its day, when it comes after midnight.
  await answers.getByText(/^bob agreed to be signed out at .*\d\d:\d\d/).waitFor();
  await answers
    .getByRole('row', { name: /^kiosk-4/ })
    .getByRole('button', { name: 'Enable gateway' })
    .click();
  await page.getByText('kiosk-4 takes runs again.').waitFor();
  const old = answers.getByRole('row', { name: /^kiosk-5/ });
  await old.getByRole('button', { name: 'End maintenance' }).click();
  await old.getByText('Nobody is asked to sign out there, because this gateway is of an older release').waitFor();
  await page.context().close();
});

test('a row that is dragged says what each drop does, and a drop does what the menu does', async () => {
  const { page } = await portal.open(QUEUE);
  await waiting(page).waitFor();
  await expect.poll(() => orderOf(page)).toEqual([4815, 4820, 4816, 4818, 4819, 4821]);
  const handle = handleOf(page, 4821);
  await handle.hover();
  await page.mouse.down();
  await part(page, 'High priority').hover();
  await part(page, 'High priority').hover();
  await page.getByText('Set priority to high: place 3').waitFor();
  await page.getByText('Move to top: place 1').waitFor();
  await page.getByText('Runs of one priority keep the order of their requests.').waitFor();
  await page.mouse.up();
  await expect.poll(() => orderOf(page)).toEqual([4815, 4820, 4821, 4816, 4818, 4819]);
  await handleOf(page, 4818).dragTo(part(page, 'Moved to top'));
  await expect.poll(() => orderOf(page)).toEqual([4818, 4815, 4820, 4821, 4816, 4819]);
  await handleOf(page, 4818).dragTo(part(page, 'Normal priority'));
  await expect.poll(() => orderOf(page)).toEqual([4815, 4820, 4821, 4816, 4818, 4819]);
  await page.context().close();
});

test('every drop has its twin in the menu of the row, which the keyboard opens', async () => {
  const { page } = await portal.open(QUEUE);
  const menu = page.getByRole('button', { name: 'Actions for Stock sync 4821' });
  await menu.focus();
  await page.keyboard.press('Enter');
  for (const verb of ['Move to top', 'Undo move', 'Set priority to high'])
    await page.getByRole('menuitem', { name: new RegExp(`^${verb}`) }).waitFor();
  await page.getByRole('menuitem', { name: /^Set priority to high/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => orderOf(page)).toEqual([4815, 4820, 4821, 4816, 4818, 4819]);
  await page.context().close();
});

test('several runs are moved to the top together, and one Undo gives all of them their old places back', async () => {
  const { page } = await portal.open(QUEUE);
  await waiting(page).waitFor();
  const before = await orderOf(page);
  for (const number of [4819, 4821])
    await waiting(page).locator(`[data-row="run-${number}"]`).getByRole('checkbox').check({ force: true });
  await page.getByRole('toolbar').getByRole('button', { name: 'Move to top' }).click();
  await expect.poll(() => orderOf(page)).toEqual([4819, 4821, 4815, 4820, 4816, 4818]);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => orderOf(page)).toEqual(before);
  await page.context().close();
});

test('nothing can be dragged by somebody who may not steer the queue', async () => {
  const { page } = await portal.open(QUEUE, { scenario: 'viewer' });
  await waiting(page).getByRole('link', { name: 'Payroll 4815' }).waitFor();
  expect(await page.locator('[draggable="true"]').count()).toBe(0);
  await page.context().close();
});
