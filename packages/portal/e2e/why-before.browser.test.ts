import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PortalUnderTest, startPortal } from './portal-under-test.ts';

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(async () => {
  await portal?.close();
});

test('by keyboard: which of two runs of a queue went first, why, and what the other waited for', async () => {
  const { page, faults } = await portal.open('/gateway-clusters/clu-kiosks/run-queue');
  const menu = page.getByRole('button', { name: 'Actions for Refunds 4820' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Which went first, and why…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: /Which went first: Refunds 4820/ });
  const select = dialog.getByLabel('Compare Refunds 4820 with');
  const running = await select.locator('option', { hasText: '(Running)' }).first().innerText();
  await select.selectOption({ label: running });
  await dialog.getByText(/stood before Refunds 4820 in the run queue/).waitFor();
  await dialog.getByText('The plan was made again from the stored snapshot, and is the same.').waitFor();
  expect(await dialog.getByRole('table', { name: 'Answer of every gateway' }).getByRole('row').count()).toBe(5);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await page.context().close();
});
