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

/** Somebody else saves a text as the next version of Invoices. */
const saveElsewhere = (page: Page, script: string): Promise<void> =>
  page.evaluate((text) => {
    const { world, sendLive } = window.simulated!;
    const stored = world.flows.find(({ flow }) => flow.id === 'flow-invoices')!;
    const version = stored.flow.version + 1;
    stored.scripts = [{ version, savedAt: new Date().toISOString(), savedBy: 'Bob', script: text }, ...stored.scripts];
    stored.flow = { ...stored.flow, version };
    sendLive({ type: 'changed', data: { what: 'desktop-flow', id: 'flow-invoices' } });
  }, script);
const deleteElsewhere = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { world, sendLive } = window.simulated!;
    world.flows = world.flows.filter(({ flow }) => flow.id !== 'flow-invoices');
    sendLive({ type: 'changed', data: { what: 'desktop-flow', id: 'flow-invoices' } });
  });
const editorOf = (page: Page) => page.getByRole('textbox', { name: 'Script of Invoices' });

test('lists of flows, connections and people show in place what somebody else does to them', async () => {
  const { page, faults } = await portal.open('/desktop-flows');
  await page.getByRole('link', { name: 'Invoices', exact: true }).waitFor();
  await page.evaluate(() => {
    const { world, sendLive } = window.simulated!;
    const stored = world.flows.find(({ flow }) => flow.id === 'flow-invoices')!;
    stored.flow = { ...stored.flow, name: 'Invoices of 2027' };
    sendLive({ type: 'changed', data: { what: 'desktop-flow', id: 'flow-invoices' } });
  });
  await page.getByRole('link', { name: 'Invoices of 2027', exact: true }).waitFor();
  await deleteElsewhere(page);
  await page.getByRole('link', { name: 'Invoices of 2027', exact: true }).waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  const row = page.getByRole('row', { name: /Ledger/ });
  await row.getByText('1 person').waitFor();
  await page.evaluate(() => {
    const { world, sendLive } = window.simulated!;
    world.connections = world.connections.map((one) => (one.id === 'con-ledger' ? { ...one, sharedWith: [] } : one));
    sendLive({ type: 'changed', data: { what: 'connection', id: 'con-ledger' } });
  });
  await row.getByText('Nobody').waitFor();

  await page.getByRole('link', { name: 'People and roles', exact: true }).click();
  await page.getByText('bob@example.com').waitFor();
  await page.evaluate(() => {
    const { world, sendLive } = window.simulated!;
    world.accounts = world.accounts.map((one) => (one.id === 'acc-bob' ? { ...one, name: 'Robert' } : one));
    sendLive({ type: 'changed', data: { what: 'account', id: 'acc-bob' } });
  });
  await page.getByText('Robert', { exact: true }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('an editor shows somebody else’s save in place, keeps what was typed, and says when the flow is gone', async () => {
  const { page } = await portal.open('/desktop-flows/flow-invoices/edit');
  const editor = editorOf(page);
  await editor.waitFor();
  await saveElsewhere(page, 'SET First TO 1\n');
  await expect.poll(() => editor.innerText()).toContain('SET First TO 1');
  await page.getByText('Version 8, saved').waitFor();

  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# mine ');
  await saveElsewhere(page, 'SET Second TO 2\n');
  await page.getByText('Somebody saved Invoices while you were editing.').waitFor();
  expect(await editor.innerText()).toContain('# mine SET First TO 1');
  await page.getByRole('button', { name: 'Replace my text with the newest version' }).click();
  await expect.poll(() => editor.innerText()).toContain('SET Second TO 2');
  await page.getByText('Somebody saved Invoices while you were editing.').waitFor({ state: 'detached' });

  await editor.click();
  await page.keyboard.type('# mine again ');
  await deleteElsewhere(page);
  await page.getByText('Invoices is not there for you any more.').waitFor();
  expect(await editor.innerText()).toContain('# mine again');
  await page.context().close();
});

test('the page of a flow shows no more of it once somebody else deleted it', async () => {
  const { page } = await portal.open('/desktop-flows/flow-invoices');
  await page.getByRole('button', { name: 'Run flow…' }).waitFor();
  await deleteElsewhere(page);
  await page.getByRole('button', { name: 'Run flow…' }).waitFor({ state: 'detached' });
  await page.getByRole('alert').getByText('not-found').waitFor();
  await page.context().close();
});

test('who has access is shown as somebody else set it, unless something was chosen here', async () => {
  const { page } = await portal.open('/desktop-flows/flow-invoices?tab=access');
  const share = (users: readonly string[]): Promise<void> =>
    page.evaluate((ids) => {
      const { world, sendLive } = window.simulated!;
      const stored = world.flows.find(({ flow }) => flow.id === 'flow-invoices')!;
      stored.flow = { ...stored.flow, coOwners: [], users: [...ids] };
      sendLive({ type: 'changed', data: { what: 'desktop-flow', id: 'flow-invoices' } });
    }, users);
  const users = page.getByRole('group', { name: 'Users: run' });
  const bob = users.getByRole('checkbox', { name: /Bob/ });
  await share([]);
  await expect.poll(() => bob.isChecked()).toBe(false);
  await share(['acc-bob']);
  await expect.poll(() => bob.isChecked()).toBe(true);
  await bob.uncheck();
  await share(['acc-bob', 'acc-old']);
  await page.getByText('Somebody changed who has access while you were choosing.').waitFor();
  expect(await bob.isChecked()).toBe(false);
  await page.getByRole('button', { name: 'Show what is set now' }).click();
  await expect.poll(() => bob.isChecked()).toBe(true);
  await page.context().close();
});
