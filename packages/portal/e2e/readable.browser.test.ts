import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PortalUnderTest, startPortal } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(async () => {
  await portal?.close();
});

const boxes = (parts: Locator) =>
  parts.evaluateAll((all) =>
    all.map((part) => part.getBoundingClientRect()).map(({ top, bottom, left }) => ({ top, bottom, left })),
  );
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

test('links and buttons in the header of a cluster stand on one line', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  const header = page.locator('.page-actions');
  await header.getByRole('link', { name: 'Plan capacity' }).waitFor();
  const middles = (await boxes(header.locator('> *'))).map(({ top, bottom }) => (top + bottom) / 2);
  expect(middles.length).toBeGreaterThan(2);
  expect(spread(middles)).toBeLessThan(1);
  await page.context().close();
});

test('two fields beside one another stay level when one of them has an error', async () => {
  const { page } = await portal.open('/runs/new?flow=flow-payroll');
  await page.getByLabel('Execution timeout').fill('soon');
  await page.getByRole('button', { name: 'Submit run' }).click();
  await page.getByText('Enter a time such as 3h, 90m or 1h 30m.').waitFor();
  const tops = (await boxes(page.locator('.pair input'))).map(({ top }) => top);
  expect(tops.length).toBe(2);
  expect(spread(tops)).toBeLessThan(1);
  await page.context().close();
});

test('no duration in the list of runs is cut', async () => {
  const { page } = await portal.open('/runs');
  const durations = page.locator('td[data-label="Waited"], td[data-label="Ran"]');
  await durations.filter({ hasText: /^1[12] m \d\d s$/ }).waitFor();
  const cut = await durations.evaluateAll((cells) =>
    cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
  );
  expect(cut).toEqual([]);
  await page.context().close();
});

test('why an entry of a menu cannot be chosen is as large as other small text', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for Kiosks' }).click();
  const reason = page.getByText('It has gateways; remove them first.');
  await reason.waitFor();
  expect(await reason.evaluate((element) => getComputedStyle(element).fontSize)).toBe('12px');
  await page.context().close();
});

test('entries of a menu stand on one edge, with an icon or without', async () => {
  const { page } = await portal.open('/runs/run-4810');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const names = page.locator('.fui-MenuItem__content');
  await names.first().waitFor();
  expect(spread((await boxes(names)).map(({ left }) => left))).toBeLessThan(1);
  await page.context().close();
});

test('a run that never started is not said to have run', async () => {
  const { page } = await portal.open('/');
  const attention = page.getByRole('region', { name: 'Needs attention' });
  await attention.getByRole('listitem').filter({ hasText: 'Payroll 4806' }).getByText('did not start').waitFor();
  await attention.getByRole('listitem').filter({ hasText: 'Invoices 4810' }).getByText('ran 32 s').waitFor();
  await page.context().close();
});

test('a flow with errors says beside the button why it cannot be run, and leads to its script', async () => {
  const { page } = await portal.open('/runs/new?flow=flow-broken');
  await page.locator('form').getByText('Version 4 has 2 errors. Correct the script first.').waitFor();
  await page.locator('form').getByRole('link', { name: 'Edit script' }).click();
  await page.waitForURL(/\/desktop-flows\/flow-broken\/edit$/);
  await page.context().close();
});

test('the removal of a gateway with runs says once what becomes of them', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks');
  await page.getByRole('button', { name: 'Actions for kiosk-1' }).click();
  await page.getByRole('menuitem', { name: 'Remove gateway…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove kiosk-1?' });
  await dialog.getByRole('button', { name: 'Remove gateway' }).click();
  await dialog.getByText('This gateway has unfinished runs (2), which would become uncertain.').waitFor();
  expect((await dialog.innerText()).match(/uncertain/g)).toHaveLength(1);
  await page.context().close();
});

test('an audit log without entries does not speak of filters that nobody has set', async () => {
  const { page } = await portal.open('/audit-log', { scenario: 'empty' });
  await page.getByText('No entry yet').waitFor();
  expect(await page.getByRole('button', { name: 'Clear filters' }).count()).toBe(0);
  await page.getByRole('textbox', { name: 'Who' }).fill('nobody');
  await page.getByRole('button', { name: 'Clear filters' }).waitFor();
  await page.context().close();
});

test('on a telephone a value that is no name says what it is', async () => {
  const { page } = await portal.open('/gateway-clusters/clu-kiosks', { size: { width: 390, height: 844 } });
  const cell = page.locator('td[data-label="Last word"]').first();
  await cell.waitFor();
  expect(await cell.evaluate((element) => getComputedStyle(element, '::before').content)).toContain('Last word');
  await page.context().close();
});
